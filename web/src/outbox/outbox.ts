import { useSyncExternalStore } from 'react';
import { ApiError } from '../api/http';
import { newKey } from '../api/key';
import { meQuery, queryClient } from '../api/queries';
import type { Contact } from '../api/types';
import { onConnected } from '../realtime/connection';
import { Store } from '../realtime/store';
import { type Action, perform, takeBack } from './action';
import { type Outgoing, sendMessage } from './message';
import { waitingCount } from './waiting';

// Messages, and what is done with a conversation: of one contact everything goes in
// the order in which it was done, for nothing may be closed before the message that
// was written before it.

type Entry = Outgoing | Action;
type New<T extends Entry> = Omit<T, 'kind' | 'ref' | 'at' | 'state' | 'error'>;

const storageKey = 'bandeja.outbox';
const store = new Store<readonly Entry[]>([]);
const running = new Set<string>();
let retryTimer = 0;

export const useOutbox = () => useSyncExternalStore(store.subscribe, store.get);

export function enqueue(message: Omit<New<Outgoing>, 'undo'>) {
  const seconds = queryClient.getQueryData(meQuery.queryKey)?.user.undo_send ?? 0;
  const undo = seconds > 0 && !message.body.comment && !message.sendAt;
  add({ ...message, ...fresh(), kind: 'message', undo });
}

export const act = (action: New<Action>) => add({ ...action, ...fresh(), kind: 'action' });

const fresh = () => ({
  ref: newKey(),
  at: new Date().toISOString(),
  state: 'sending' as const,
  error: '',
});

function add(entry: Entry) {
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
      const late = entry.state === 'waiting';
      change(entry.ref, { state: 'sending' });
      try {
        const after =
          entry.kind === 'action' ? await perform(entry, late) : await sendMessage(entry);
        discardOutgoing(entry.ref);
        if (after) adopt(after);
      } catch (error) {
        if (error instanceof ApiError && error.transient) {
          // And what comes behind it.
          save(
            store
              .get()
              .map((e) =>
                e.contactId === contactId && e.state === 'sending' ? { ...e, state: 'waiting' } : e,
              ),
          );
          scheduleRetry();
          break;
        }
        if (entry.kind === 'action') {
          discardOutgoing(entry.ref);
          await takeBack(entry, error);
          continue;
        }
        const words = error instanceof ApiError ? error.detail || error.title : '';
        change(entry.ref, { state: 'failed', error: words });
      }
    }
  } finally {
    running.delete(contactId);
  }
}

/** Whose a contact is by one's own doing is nothing that a colleague did to what is behind it. */
function adopt({ id, assignee_id }: Contact) {
  save(
    store
      .get()
      .map((e) =>
        e.kind === 'action' && e.contactId === id ? { ...e, seen: { ...e.seen, assignee_id } } : e,
      ),
  );
}

function scheduleRetry() {
  clearTimeout(retryTimer);
  retryTimer = window.setTimeout(flushAll, 5000);
}

export function flushAll() {
  for (const id of new Set(store.get().map((e) => e.contactId))) void flush(id);
}

function change(ref: string, values: Partial<Pick<Entry, 'state' | 'error'>>) {
  save(store.get().map((e) => (e.ref === ref ? { ...e, ...values } : e)));
}

function save(entries: readonly Entry[]) {
  store.set(entries);
  waitingCount.set(entries.filter((e) => e.state === 'waiting').length);
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
    if (saved?.owner === userId && store.get().length === 0)
      // How far one came that was on its way, nobody knows.
      save(
        saved.entries.map((e: Entry) => (e.state === 'sending' ? { ...e, state: 'waiting' } : e)),
      );
  } catch {
    // Unreadable leftovers of another version.
  }
  flushAll();
}
onConnected.add(flushAll);
