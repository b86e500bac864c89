import { useSyncExternalStore } from 'react';
import { ApiError } from '../api/http';
import { newKey } from '../api/key';
import { meQuery, queryClient } from '../api/queries';
import type { Contact } from '../api/types';
import { onConnected } from '../realtime/connection';
import { Store } from '../realtime/store';
import { consoleTexts } from '../timeline/console-texts';
import { dismissNamed, toast } from '../ui/toast';
import { type Action, perform, takeBack } from './action';
import { type Outgoing, sendMessage } from './message';
import { byTime, Shelf } from './shelf';
import { waitingCount } from './waiting';

// Messages, and what is done with a conversation: of one contact everything goes in
// the order in which it was done, for nothing may be closed before the message that
// was written before it. All tabs of a user keep what waits in one place, so that one
// that is closed leaves it to the others.

type Entry = Outgoing | Action;
type New<T extends Entry> = Omit<T, 'kind' | 'ref' | 'at' | 'state' | 'error'>;

/** For how long the server surely knows a message that it has got already; what is older asks first. */
const knownFor = 24 * 3600_000;
/** After how long a tab takes up what another wrote and may not have sent. */
const leftAfter = 10_000;
const store = new Store<readonly Entry[]>([]);
const running = new Set<string>();
let owner = '';
let shelf: Shelf<Entry> | undefined;
let retryTimer = 0;
let leftTimer = 0;
let lastAt = 0;

export const useOutbox = () => useSyncExternalStore(store.subscribe, store.get);

export function enqueue(message: Omit<New<Outgoing>, 'undo'>) {
  const seconds = queryClient.getQueryData(meQuery.queryKey)?.user.undo_send ?? 0;
  const undo = seconds > 0 && !message.body.comment && !message.sendAt;
  add({ ...message, ...fresh(), kind: 'message', undo });
}

export const act = (action: New<Action>) => add({ ...action, ...fresh(), kind: 'action' });

function fresh() {
  lastAt = Math.max(Date.now(), lastAt + 1); // no two at once: they have an order
  return {
    ref: newKey(),
    at: new Date(lastAt).toISOString(),
    state: 'sending' as const,
    error: '',
  };
}

function add(entry: Entry) {
  save([...store.get(), entry]);
  void flush(entry.contactId);
}

export function retryOutgoing(ref: string) {
  // It is said now, so it has a new time.
  const { at, state, error } = fresh();
  change(ref, { at, state, error });
  const entry = store.get().find((e) => e.ref === ref);
  if (entry) void flush(entry.contactId);
  void tellUnsent();
}

export function discardOutgoing(ref: string) {
  done(ref);
  void tellUnsent();
}

const done = (ref: string) => save(store.get().filter((e) => e.ref !== ref));

/** Sends what waits for one contact, unless another tab is doing so. */
async function flush(contactId: string) {
  if (running.has(contactId) || !isPresent()) return;
  running.add(contactId);
  const work = () => sendAll(contactId);
  try {
    // Without HTTPS there are no locks; then the server alone sees to it that nothing doubles.
    if (navigator.locks) await navigator.locks.request(`bandeja.outbox.${contactId}`, work);
    else await work();
  } catch (error) {
    running.delete(contactId);
    throw error;
  }
}

/** Whether whose all this is is signed in. */
const isPresent = () => queryClient.getQueryData(meQuery.queryKey)?.user.id === owner;

/** Sends it in the order written, one after another. */
async function sendAll(contactId: string) {
  try {
    for (;;) {
      const entry = store.get().find((e) => e.contactId === contactId && e.state !== 'failed');
      if (!entry || !isPresent()) break;
      if (shelf?.isGone(entry.ref)) {
        done(entry.ref); // by another tab
        continue;
      }
      const old = Date.now() - Date.parse(entry.at) > knownFor;
      if (old && entry.kind === 'message') {
        await consoleTexts.load();
        fail(entry.ref, consoleTexts.text.leftTooLong);
        continue;
      }
      const since = old ? 'long' : entry.state === 'waiting' ? 'a while' : 'now';
      change(entry.ref, { state: 'sending' });
      try {
        const after =
          entry.kind === 'action' ? await perform(entry, since) : await sendMessage(entry);
        done(entry.ref);
        if (after) adopt(after);
      } catch (error) {
        if (error instanceof ApiError && (error.transient || error.status === 401)) {
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
          done(entry.ref);
          await takeBack(entry, error);
          continue;
        }
        fail(entry.ref, error instanceof ApiError ? error.detail || error.title : '');
      }
    }
  } finally {
    // In the same turn: what is added from here on begins anew.
    running.delete(contactId);
  }
}

function fail(ref: string, error: string) {
  change(ref, { state: 'failed', error });
  void tellUnsent();
}

/** Says that messages wait for a decision, where the conversation they belong to isn't open. */
async function tellUnsent() {
  const unsent = store.get().filter((e) => e.kind === 'message' && e.state === 'failed');
  const elsewhere = unsent.filter((e) => !location.pathname.endsWith(`/${e.contactId}`));
  const name = 'unsent';
  if (!elsewhere[0]) return dismissNamed(name);
  await consoleTexts.load();
  const { contactId } = elsewhere[0];
  toast(consoleTexts.text.unsent(elsewhere.length), {
    name,
    tone: 'error',
    action: { label: consoleTexts.text.unsentShow, run: () => goTo(contactId) },
  });
}

/** Opens a contact; set by the frame, which knows the ways. */
let goTo: (contactId: string) => void = () => {};

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

function change(ref: string, values: Partial<Pick<Entry, 'at' | 'state' | 'error'>>) {
  save(store.get().map((e) => (e.ref === ref ? { ...e, ...values } : e)));
}

function save(entries: readonly Entry[]) {
  store.set(entries);
  waitingCount.set(entries.filter((e) => e.state === 'waiting').length);
  shelf?.save(entries);
}

/**
 * Keeps what waits for a user, and takes up what an earlier visit couldn't send any more.
 * `open` shows a contact.
 */
export function restoreOutbox(userId: string, open: typeof goTo) {
  goTo = open;
  if (userId !== owner) {
    // What waits of somebody else stays on their shelf: it is not said in this one's name.
    owner = userId;
    shelf = new Shelf<Entry>(userId, localStorage);
    save([]);
  }
  takeUp();
  void tellUnsent();
}

/** Takes up what other tabs have left: those that are still there send it first, or wait for it. */
function takeUp() {
  const left = shelf?.others(new Set(store.get().map((e) => e.ref))) ?? [];
  // How far one came that was on its way, nobody knows.
  const taken = left.map((e): Entry => (e.state === 'failed' ? e : { ...e, state: 'waiting' }));
  if (taken.length) save([...store.get(), ...taken].sort(byTime));
  flushAll();
}

function heard(event: StorageEvent) {
  const news = shelf?.changed(event);
  if (news?.gone) save(store.get().filter((e) => e.ref !== news.ref));
  else if (news && navigator.locks && !leftTimer && !store.get().some((e) => e.ref === news.ref))
    leftTimer = window.setTimeout(() => {
      leftTimer = 0;
      takeUp();
    }, leftAfter);
}
addEventListener('storage', heard);
// Without locks two tabs would do the same at once: then only a new visit takes up.
onConnected.add(() => (navigator.locks ? takeUp() : flushAll()));
