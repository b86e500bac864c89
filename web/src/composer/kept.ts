import type { Message } from '../api/types';
import type { PendingFile } from './use-attachments';

/** What was begun to a contact besides the draft's words. */
export interface Kept {
  /** Files the server has. */
  files: PendingFile[];
  replyTo: Message | null;
  /** What stands in the other tab, Reply or Comment. */
  aside: string;
}

const nothing: Kept = { files: [], replyTo: null, aside: '' };
/** How many contacts' are kept. */
const most = 40;
const kept = new Map<string, Kept>();
const keyOf = (contactId: string, userId: string) => `${userId} ${contactId}`;

/** What a user had begun when they went to another contact, while the page lives. */
export const keptOf = (contactId: string, userId: string): Kept =>
  kept.get(keyOf(contactId, userId)) ?? nothing;

export function keep(contactId: string, userId: string, change: Partial<Kept>) {
  const key = keyOf(contactId, userId);
  const next = { ...keptOf(contactId, userId), ...change };
  kept.delete(key);
  if (next.files.length > 0 || next.replyTo || next.aside) kept.set(key, next);
  for (const [oldest, { files }] of kept) {
    if (kept.size <= most) return;
    kept.delete(oldest);
    files.forEach(revoke);
  }
}

/** Lets go of a picture's preview. */
export const revoke = ({ preview }: PendingFile) => {
  if (preview.startsWith('blob:')) URL.revokeObjectURL(preview);
};
