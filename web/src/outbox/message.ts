import { post } from '../api/http';
import type { Content, Me, Message, OutgoingMessage } from '../api/types';
import { putScheduled } from '../composer/restore';
import { patchTimelines } from '../realtime/apply';
import { addIfAbsent } from '../timeline/timeline-cache';
import { patience, type Waiting } from './waiting';

/** A message that was sent from here. */
export interface Outgoing extends Waiting {
  kind: 'message';
  body: OutgoingMessage;
  /** When it is to go; at once where absent. */
  sendAt?: string;
  /** It waits on the server for the seconds in which it can be taken back. */
  undo?: boolean;
  /** What the timeline shows meanwhile. */
  content: Content;
  replyTo: Message['reply_to'];
}

export async function sendMessage(entry: Outgoing) {
  const params = { id: entry.contactId };
  const headers = { 'Idempotency-Key': entry.ref };
  const signal = patience();
  if (entry.undo || entry.sendAt) {
    const body = { ...entry.body, ...(entry.undo ? { undo: true } : { send_at: entry.sendAt }) };
    putScheduled(await post('/contacts/{id}/scheduled', { params, body, headers, signal }));
    return;
  }
  const { body } = entry;
  const message = await post('/contacts/{id}/messages', { params, body, headers, signal });
  patchTimelines(entry.contactId, (d) => addIfAbsent(d, message));
}

/** The entry as the timeline shows a message. */
export function asMessage(entry: Outgoing, me: Me): Message {
  const failed = entry.state === 'failed';
  return {
    item: 'message',
    id: `pending:${entry.ref}`,
    at: entry.at,
    contact_id: entry.contactId,
    conversation_id: null,
    channel_id: entry.body.channel_id ?? null,
    direction: entry.body.comment ? 'comment' : 'outgoing',
    source: 'user',
    user_id: me.user.id,
    sender_name: me.user.name,
    content: entry.content,
    status: failed ? 'failed' : 'queued',
    status_times: {},
    error: failed ? { code: '', title: '', detail: entry.error } : null,
    reply_to: entry.replyTo,
    reactions: [],
    edited_at: null,
    deleted_at: null,
    sent_at: null,
    client_ref: entry.ref,
  };
}
