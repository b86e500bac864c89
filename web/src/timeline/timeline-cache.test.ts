import { describe, expect, test } from 'vitest';
import type { Message, TimelineItem } from '../api/types';
import { entriesOf, firstUnread } from './entries';
import {
  addIfAbsent,
  itemsOf,
  replaceMessage,
  replaceUnchanged,
  type TimelineData,
  unconfirmed,
  upsertItem,
} from './timeline-cache';

function message(id: string, values: Partial<Message> = {}): Message {
  return {
    item: 'message',
    id,
    at: '2026-11-23T10:00:00.000Z',
    contact_id: '1',
    direction: 'outgoing',
    source: 'user',
    sender_name: 'Laura',
    channel_id: '5',
    content: { kind: 'text', text: id },
    status: 'queued',
    reactions: [],
    client_ref: '',
    deleted_at: null,
    ...values,
  } as Message;
}

const data = (items: TimelineItem[], hasAfter = false): TimelineData => ({
  pages: [{ items, has_before: false, has_after: hasAfter }],
  pageParams: [{}],
});
const ids = (d: TimelineData) => itemsOf(d).map((i) => i.id);

describe('the send and its push', () => {
  const pending = [{ ref: 'k1' }, { ref: 'k2' }];
  test('a confirmed message is no longer pending, whichever came first', () => {
    expect(unconfirmed([message('9', { client_ref: 'k1' })], pending)).toEqual([{ ref: 'k2' }]);
    expect(unconfirmed([message('9')], pending)).toEqual(pending);
  });
  test('the answer never takes back what a push already said', () => {
    const pushed = data([message('9', { status: 'sent' })]);
    expect(addIfAbsent(pushed, message('9', { status: 'queued' }))).toBe(pushed);
    expect(ids(addIfAbsent(data([]), message('9')))).toEqual(['9']);
  });
  test('the answer to a change gives way to newer news', () => {
    const before = message('9', { status: 'failed' });
    const old = data([before]);
    const retried = message('9', { status: 'queued' });
    expect(itemsOf(replaceUnchanged(old, before, retried))[0]).toBe(retried);
    const newer = replaceMessage(old, message('9', { status: 'sent' }));
    expect(replaceUnchanged(newer, before, retried)).toBe(newer);
  });
  test('the key of a message stays when the server names it', () => {
    const key = (m: Message) => entriesOf([m], null).at(-1)!.key;
    expect(key(message('pending:k1', { client_ref: 'k1' }))).toBe(
      key(message('9', { client_ref: 'k1' })),
    );
  });
});

describe('upsertItem', () => {
  test('keeps the order of ids, also of different length', () => {
    const d = data([message('8'), message('11')]);
    expect(ids(upsertItem(d, message('9')))).toEqual(['8', '9', '11']);
    expect(ids(upsertItem(d, message('12')))).toEqual(['8', '11', '12']);
  });
  test('adds nothing beside a hole', () => {
    const d = data([message('8')], true);
    expect(upsertItem(d, message('9'))).toBe(d);
  });
  test('an unloaded message is not added by its update', () => {
    const d = data([message('8')]);
    expect(replaceMessage(d, message('7'))).toBe(d);
  });
});

describe('entries', () => {
  test('what has waited since yesterday stands at the end, under no day of its own', () => {
    const days = ['2026-11-22', '2026-11-23', '2026-11-22', '2026-11-23'];
    const items = days.map((day, i) => message(String(i), { at: `${day}T10:00:00.000Z` }));
    const entries = entriesOf(items, null);
    expect(entries.map((e) => e.type)).toEqual([
      'day',
      'message',
      'day',
      'message',
      'message',
      'message',
    ]);
    expect(new Set(entries.map((e) => e.key)).size).toBe(entries.length);
  });

  test('days, runs and the unread line', () => {
    const items = [
      message('1', { direction: 'incoming', at: '2026-11-22T23:59:00.000Z' }),
      message('2', { direction: 'incoming', at: '2026-11-23T00:01:00.000Z' }),
      message('3', { direction: 'incoming', at: '2026-11-23T00:02:00.000Z' }),
      message('4', { at: '2026-11-23T00:03:00.000Z' }),
    ];
    const entries = entriesOf(items, '3');
    expect(entries.map((e) => e.type)).toEqual([
      'day',
      'message',
      'day',
      'message',
      'unread',
      'message',
      'message',
    ]);
  });
  test('runs end after five minutes', () => {
    const items = [
      message('1', { at: '2026-11-23T10:00:00.000Z' }),
      message('2', { at: '2026-11-23T10:04:00.000Z' }),
      message('3', { at: '2026-11-23T10:20:00.000Z' }),
    ];
    const runs = entriesOf(items, null).flatMap((e) =>
      e.type === 'message' ? [[e.first, e.last]] : [],
    );
    expect(runs).toEqual([
      [true, false],
      [false, true],
      [true, true],
    ]);
  });
  test('an album is one entry with all its pictures', () => {
    const picture = (id: string) =>
      message(id, {
        direction: 'incoming',
        content: { kind: 'image', album: 'a', attachments: [{ kind: 'image', file_id: id }] },
      });
    const entries = entriesOf([picture('1'), picture('2'), picture('3')], null);
    const shown = entries.flatMap((e) => (e.type === 'message' ? [e.message] : []));
    expect(shown).toHaveLength(1);
    expect(shown[0]!.content.attachments).toHaveLength(3);
  });
  test('the unread line stands before the nth incoming message from the end', () => {
    const items = [
      message('1', { direction: 'incoming' }),
      message('2', { direction: 'incoming' }),
      message('3'),
      message('4', { direction: 'incoming' }),
    ];
    expect(firstUnread(items, 2)).toBe('2');
    expect(firstUnread(items, 0)).toBeNull();
    expect(firstUnread(items, 9)).toBe('1');
  });
});
