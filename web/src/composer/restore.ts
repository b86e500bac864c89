import { remove } from '../api/http';
import { contactQuery, queryClient, scheduledQuery } from '../api/queries';
import type { Attachment, Scheduled, Snippet } from '../api/types';
import { shownText } from '../format/mentions';
import { toastError } from '../ui/toast';
import { keep, keptOf } from './kept';
import { asPending } from './use-attachments';
import { storeDraft } from './use-draft';

export interface Restored {
  contactId: string;
  text: string;
  comment: boolean;
  attachments: Attachment[];
  /** The message it answers. */
  replyTo: string | null;
  /** What it is about, where it goes outside the messaging window. */
  tag?: string;
}

/** The composer that is open; each tells whether it took what is its contact's. */
export const composers = new Set<{
  restore(undone: Restored): boolean;
  insert(contactId: string, snippet: Snippet): void;
}>();

/** Takes a message back before it is sent, into the composer it came from. */
export async function undoSend(s: Scheduled) {
  try {
    await remove('/contacts/{id}/scheduled/{scheduled}', {
      params: { id: s.contact_id, scheduled: s.id },
    });
  } catch (error) {
    toastError(error);
    void queryClient.invalidateQueries({ queryKey: ['scheduled', s.contact_id] });
    return;
  }
  dropScheduled(s);
  const back = {
    contactId: s.contact_id,
    text: s.content.template ? '' : (shownText(s.content) ?? ''),
    comment: s.comment,
    attachments: s.content.attachments ?? [],
    replyTo: s.reply_to,
    tag: s.content.tag,
  };
  if ([...composers].some((c) => c.restore(back))) return;
  // Whoever has gone to another contact meanwhile finds it where they come back.
  const had = queryClient.getQueryData(contactQuery(s.contact_id).queryKey)?.draft;
  const text = [back.text, had?.comment === back.comment ? had.text : '']
    .filter(Boolean)
    .join('\n');
  const kept = keptOf(s.contact_id, s.user_id);
  const other = had?.comment === back.comment ? '' : (had?.text ?? '');
  keep(s.contact_id, s.user_id, {
    files: [...kept.files, ...back.attachments.map(asPending)],
    aside: [kept.aside, other].filter(Boolean).join('\n'),
  });
  storeDraft(s.contact_id, s.user_id, { text, comment: s.comment }).catch(toastError);
}

export const dropScheduled = (s: Scheduled) =>
  queryClient.setQueryData(scheduledQuery(s.contact_id).queryKey, (all) =>
    all?.filter((x) => x.id !== s.id),
  );

/** Puts an answer in its place, in the order of the times. */
export const putScheduled = (s: Scheduled) =>
  queryClient.setQueryData(scheduledQuery(s.contact_id).queryKey, (all) =>
    [...(all ?? []).filter((x) => x.id !== s.id), s].sort(
      (a, b) => Date.parse(a.send_at) - Date.parse(b.send_at),
    ),
  );

/** The message that Ctrl+Z takes back: the last one that still can be. */
export const lastUndoable = (contactId: string, userId: string) =>
  queryClient
    .getQueryData(scheduledQuery(contactId).queryKey)
    ?.findLast((s) => s.undo && s.status === 'waiting' && s.user_id === userId);
