import { beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../api/http';
import { meQuery, queryClient } from '../api/queries';
import type { Contact, Me } from '../api/types';
import { consoleTexts } from '../timeline/console-texts';
import type { Action } from './action';
import type { Outgoing } from './message';

// The way from a click to the server, without either: what is tried, when, and what is told.

const { sendMessage, perform, toast, dismissNamed, connected } = vi.hoisted(() => ({
  sendMessage: vi.fn<(e: Outgoing) => Promise<void>>(),
  perform: vi.fn<(a: Action, since: string) => Promise<Contact | undefined>>(),
  toast: vi.fn(),
  dismissNamed: vi.fn(),
  connected: new Set<() => void>(),
}));
vi.mock('./message', () => ({ sendMessage }));
vi.mock('./action', () => ({ perform, takeBack: vi.fn() }));
vi.mock('../realtime/connection', () => ({ onConnected: connected }));
vi.mock('../ui/toast', () => ({ toast, dismissNamed }));

const stored = new Map<string, string>();
vi.stubGlobal('localStorage', {
  get length() {
    return stored.size;
  },
  key: (i: number) => [...stored.keys()][i] ?? null,
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => void stored.set(key, value),
  removeItem: (key: string) => void stored.delete(key),
});
const locks = { request: vi.fn((_: string, work: () => Promise<void>) => work()) };
vi.stubGlobal('navigator', { locks });
vi.stubGlobal('addEventListener', () => {});
vi.stubGlobal('window', globalThis);
const place = { pathname: '/inbox/all' };
vi.stubGlobal('location', place);

const { act, discardOutgoing, enqueue, restoreOutbox, retryOutgoing } = await import('./outbox');
const { waitingCount } = await import('./waiting');
// What fake timers would not wait for.
await consoleTexts.load();

const gone = () => new ApiError(0, { code: 'offline' });
const hours = (n: number) => vi.setSystemTime(Date.now() + n * 3600_000);
const comeBack = () => connected.forEach((listen) => void listen());
const settle = () => vi.advanceTimersByTimeAsync(1);
const write = (text: string, contactId = '7') =>
  enqueue({ contactId, body: { text }, content: { kind: 'text', text }, replyTo: null });
const open = vi.fn();
let users = 0;

function signIn(id: string) {
  queryClient.setQueryData(meQuery.queryKey, { user: { id, undo_send: 0 } } as Me);
  restoreOutbox(id, open);
}

beforeEach(() => {
  // Each test a week later: entries have an order, so time doesn't go back.
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 27 + 7 * users, 18) });
  stored.clear();
  vi.clearAllMocks();
  sendMessage.mockReset().mockResolvedValue();
  perform.mockReset().mockResolvedValue(undefined);
  place.pathname = '/inbox/all';
  signIn(`user${++users}`);
});

/** What the shelf holds, as any tab would read it. */
const shelf = () => [...stored.values()].map((v) => JSON.parse(v) as Outgoing);

test('what waited for a day in an open tab asks before it is said', async () => {
  sendMessage.mockRejectedValueOnce(gone());
  write('Viernes');
  await settle();
  expect(waitingCount.get()).toBe(1);
  hours(63);
  comeBack();
  await settle();
  expect(sendMessage).toHaveBeenCalledTimes(1);
  expect(shelf()).toMatchObject([{ state: 'failed', error: expect.stringContaining('un día') }]);
  expect(toast).toHaveBeenLastCalledWith(
    'Un mensaje no se envió',
    expect.objectContaining({ name: 'unsent' }),
  );
  toast.mock.lastCall?.[1].action.run();
  expect(open).toHaveBeenCalledWith('7');

  const [{ ref }] = shelf() as [Outgoing];
  sendMessage.mockRejectedValueOnce(gone());
  retryOutgoing(ref);
  await settle();
  expect(dismissNamed).toHaveBeenCalledWith('unsent');
  hours(2); // the decision is of today
  comeBack();
  await settle();
  expect(sendMessage.mock.lastCall?.[0]).toMatchObject({ ref, content: { text: 'Viernes' } });
  expect(sendMessage).toHaveBeenCalledTimes(3);
  expect(shelf()).toEqual([]);
});

test('what an earlier visit left for a day asks too, and says so at each visit', async () => {
  sendMessage.mockRejectedValue(gone());
  write('Viernes');
  write('A otra persona', '8');
  await settle();
  const left = new Map(stored);
  signIn(`user${++users}`);
  expect(waitingCount.get()).toBe(0);
  await settle();
  hours(30);
  stored.clear();
  for (const [key, value] of left)
    stored.set(key.replace(`user${users - 1}`, `user${users}`), value);
  sendMessage.mockReset().mockResolvedValue();
  signIn(`user${users}`);
  await settle();
  expect(sendMessage).not.toHaveBeenCalled();
  expect(toast.mock.lastCall?.[0]).toBe('2 mensajes no se enviaron');

  place.pathname = '/inbox/all/8';
  discardOutgoing(shelf().find((e) => e.contactId === '8')!.ref);
  await settle();
  expect(toast.mock.lastCall?.[0]).toBe('Un mensaje no se envió');
});

test('a deed is told how long it has waited', async () => {
  const close = {
    contactId: '7',
    deed: { do: 'close', body: {} },
    seen: { last_incoming_at: null, assignee_id: null },
  } as const;
  perform.mockRejectedValueOnce(gone());
  act(close);
  await settle();
  expect(perform.mock.lastCall?.[1]).toBe('now');
  hours(1);
  perform.mockRejectedValueOnce(gone());
  comeBack();
  await settle();
  expect(perform.mock.lastCall?.[1]).toBe('a while');
  hours(24);
  comeBack();
  await settle();
  expect(perform.mock.lastCall?.[1]).toBe('long');
  expect(shelf()).toEqual([]);
});

test('a refusal is told where its conversation isn’t open', async () => {
  const refusal = new ApiError(422, { code: 'unreachable', detail: 'No se le puede escribir.' });
  place.pathname = '/inbox/all/7';
  sendMessage.mockRejectedValueOnce(refusal);
  write('Aquí');
  await settle();
  expect(toast).not.toHaveBeenCalled();
  place.pathname = '/inbox/all/8';
  sendMessage.mockRejectedValueOnce(refusal);
  write('Allá');
  await settle();
  expect(toast.mock.lastCall?.[0]).toBe('2 mensajes no se enviaron');
});

test('a lock that is refused holds nothing up', async () => {
  locks.request.mockRejectedValueOnce(new DOMException('', 'InvalidStateError'));
  const failed = vi.fn();
  process.once('unhandledRejection', failed);
  write('Hola');
  await settle();
  expect(sendMessage).not.toHaveBeenCalled();
  comeBack();
  await settle();
  expect(sendMessage).toHaveBeenCalledTimes(1);
});
