import { remove } from '../api/http';
import { queryClient, scheduledQuery } from '../api/queries';
import type { Attachment, Scheduled } from '../api/types';
import { toastError } from '../ui/toast';

export interface Restored {
  contactId: string;
  text: string;
  attachments: Attachment[];
  /** The message it answers. */
  replyTo: string | null;
  /** What it is about, where it goes outside the messaging window. */
  tag?: string;
}

/** Composers that take back what is undone. */
export const restorers = new Set<(restored: Restored) => void>();

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
    text: s.content.template ? '' : (s.content.text ?? ''),
    attachments: s.content.attachments ?? [],
    replyTo: s.reply_to,
    tag: s.content.tag,
  };
  for (const restore of restorers) restore(back);
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
