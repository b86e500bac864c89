import { useSyncExternalStore } from 'react';
import { ApiError, post } from '../api/http';
import { newKey } from '../api/key';
import { meQuery, queryClient } from '../api/queries';
import type { Content, Me, Message, OutgoingMessage } from '../api/types';
import { patchTimelines } from '../realtime/apply';
import { onConnected } from '../realtime/connection';
import { Store } from '../realtime/store';
import { addIfAbsent } from '../timeline/timeline-cache';
import { putScheduled } from './restore';

/** A message that was sent from here and that the server hasn't confirmed yet. */
export interface Outgoing {
  /** The Idempotency-Key: every attempt carries the same, so none can double. */
  ref: string;
  contactId: string;
  body: OutgoingMessage;
  /** When it is to go; at once where absent. */
  sendAt?: string;
  /** It waits on the server for the seconds in which it can be taken back. */
  undo?: boolean;
  /** What the timeline shows meanwhile. */
  content: Content;
  replyTo: Message['reply_to'];
  at: string;
  state: 'sending' | 'waiting' | 'failed';
  error: string;
}

const storageKey = 'bandeja.outbox';
const store = new Store<readonly Outgoing[]>([]);
const running = new Set<string>();
let retryTimer = 0;

export const useOutbox = () => useSyncExternalStore(store.subscribe, store.get);

export function enqueue(message: Omit<Outgoing, 'ref' | 'at' | 'state' | 'error' | 'undo'>) {
  const seconds = queryClient.getQueryData(meQuery.queryKey)?.user.undo_send ?? 0;
  const entry: Outgoing = {
    ...message,
    undo: seconds > 0 && !message.body.comment && !message.sendAt,
    ref: newKey(),
    at: new Date().toISOString(),
    state: 'sending',
    error: '',
  };
  save([...store.get(), entry]);
  void flush(entry.contactId);
}

export function retryOutgoing(ref: string) {
  change(ref, { state: 'sending', error: '' });
  const entry = store.get().find((e) => e.ref === ref);
  if (entry) void flush(entry.contactId);
}

export const discardOutgoing = (ref: string) => save(store.get().filter((e) => e.ref !== ref));

/** Sends what waits for one contact, in the order written, one after another. */
async function flush(contactId: string) {
  if (running.has(contactId)) return;
  running.add(contactId);
  try {
    for (;;) {
      const entry = store.get().find((e) => e.contactId === contactId && e.state !== 'failed');
      if (!entry) break;
      change(entry.ref, { state: 'sending' });
      try {
        await deliver(entry);
        discardOutgoing(entry.ref);
      } catch (error) {
        if (error instanceof ApiError && error.transient) {
          change(entry.ref, { state: 'waiting' });
          scheduleRetry();
          break;
        }
        const words = error instanceof ApiError ? error.detail || error.title : '';
        change(entry.ref, { state: 'failed', error: words });
      }
    }
  } finally {
    running.delete(contactId);
  }
}

async function deliver(entry: Outgoing) {
  const params = { id: entry.contactId };
  const headers = { 'Idempotency-Key': entry.ref };
  if (entry.undo || entry.sendAt) {
    const body = { ...entry.body, ...(entry.undo ? { undo: true } : { send_at: entry.sendAt }) };
    putScheduled(await post('/contacts/{id}/scheduled', { params, body, headers }));
    return;
  }
  const message = await post('/contacts/{id}/messages', { params, body: entry.body, headers });
  patchTimelines(entry.contactId, (d) => addIfAbsent(d, message));
}

function scheduleRetry() {
  clearTimeout(retryTimer);
  retryTimer = window.setTimeout(flushAll, 5000);
}

export function flushAll() {
  for (const id of new Set(store.get().map((e) => e.contactId))) void flush(id);
}

function change(ref: string, values: Partial<Outgoing>) {
  save(store.get().map((e) => (e.ref === ref ? { ...e, ...values } : e)));
}

function save(entries: readonly Outgoing[]) {
  store.set(entries);
  try {
    const owner = queryClient.getQueryData(meQuery.queryKey)?.user.id;
    if (entries.length) localStorage.setItem(storageKey, JSON.stringify({ owner, entries }));
    else localStorage.removeItem(storageKey);
  } catch {
    // Then the queue lives as long as the page.
  }
}

/** Takes up what an earlier visit of the same user couldn't send any more. */
export function restoreOutbox(userId: string) {
  try {
    const saved = JSON.parse(localStorage.getItem(storageKey) ?? 'null');
    if (saved?.owner === userId && store.get().length === 0) store.set(saved.entries);
  } catch {
    // Unreadable leftovers of another version.
  }
  flushAll();
}
onConnected.add(flushAll);

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
