import { describe, expect, test } from 'vitest';
import type { ListFilter } from '../api/queries';
import type { ContactRow, InboxId, Sort, StatusFilter } from '../api/types';
import { belongs, compareRows, type ListData, patchList, replaceRow, rowsOf } from './list-cache';
import { steadyOrder } from './steady-order';

const me = { myId: '10', teams: [{ id: '5', name: 'Sales', description: '', user_ids: ['11'] }] };

function row(id: string, values: Partial<ContactRow> & { at?: string; since?: string } = {}) {
  const { at = '2026-11-23T10:00:00.000Z', since = '2026-11-23T09:00:00.000Z', ...rest } = values;
  return {
    id,
    name: `Contact ${id}`,
    status: 'open',
    status_since: since,
    assignee_id: null,
    blocked: false,
    unread: 0,
    last_message: { id: '1', at } as ContactRow['last_message'],
    ...rest,
  } as ContactRow;
}

const minute = (n: number) => `2026-11-23T10:${String(n).padStart(2, '0')}:00.000Z`;
const filter = (inbox: InboxId = 'all', status: StatusFilter = 'open', sort: Sort = 'newest') =>
  ({ inbox, status, sort }) satisfies ListFilter;
const list = (rows: ContactRow[], next: string | null = null): ListData => ({
  pages: [{ items: rows, next_cursor: next }],
  pageParams: [''],
});
const ids = (data: ListData) => rowsOf(data).map((r) => r.id);

describe('belongs', () => {
  const cases: [InboxId, StatusFilter, Partial<ContactRow>, boolean][] = [
    ['all', 'open', {}, true],
    ['all', 'open', { status: 'closed' }, false],
    ['all', 'open', { status: 'snoozed' }, false],
    ['all', 'closed', { status: 'closed' }, true],
    ['all', 'snoozed', { status: 'snoozed' }, true],
    ['all', 'all', { status: 'closed' }, true],
    ['mine', 'open', { assignee_id: me.myId }, true],
    ['mine', 'open', { assignee_id: '11' }, false],
    ['mine', 'open', {}, false],
    ['unassigned', 'open', {}, true],
    ['unassigned', 'open', { assignee_id: me.myId }, false],
    ['unassigned', 'closed', {}, false],
    ['all', 'all', { blocked: true }, false],
    ['blocked', 'all', { blocked: true }, true],
    ['blocked', 'all', {}, false],
    ['team-5', 'open', { assignee_id: '11' }, true],
    ['team-5', 'open', { assignee_id: me.myId }, false],
    ['team-5', 'open', {}, false],
    ['team-6', 'open', { assignee_id: '11' }, false],
  ];
  test.each(cases)('%s / %s / %o → %s', (inbox, status, values, expected) => {
    expect(belongs(row('1', values), filter(inbox, status), me)).toBe(expected);
  });
});

describe('patchList', () => {
  const a = row('1', { at: minute(30), since: minute(1) });
  const b = row('2', { at: minute(20), since: minute(2) });
  const c = row('3', { at: minute(10), since: minute(3) });

  test.each([
    ['newest', ['4', '1', '2', '3']],
    ['oldest', ['3', '2', '1', '4']],
    ['longest', ['1', '2', '3', '4']],
    ['shortest', ['4', '3', '2', '1']],
  ] as const)('inserts where %s puts it', (sort, expected) => {
    const f = filter('all', 'open', sort);
    const rows = [a, b, c].sort((x, y) => compareRows(x, y, sort));
    const next = patchList(list(rows), row('4', { at: minute(40), since: minute(4) }), f, me);
    expect(ids(next)).toEqual(expected);
  });

  test('moves to the top on a new message, across pages', () => {
    const data: ListData = {
      pages: [
        { items: [a], next_cursor: 'x' },
        { items: [b, c], next_cursor: null },
      ],
      pageParams: ['', 'x'],
    };
    const next = patchList(
      data,
      { ...c, last_message: { ...c.last_message!, at: minute(50) } },
      filter(),
      me,
    );
    expect(ids(next)).toEqual(['3', '1', '2']);
    expect(next.pages.map((p) => p.next_cursor)).toEqual(['x', null]);
  });

  test('removes what was closed, assigned away or blocked', () => {
    const data = list([a, b, c]);
    expect(ids(patchList(data, { ...b, status: 'closed' }, filter(), me))).toEqual(['1', '3']);
    expect(ids(patchList(data, { ...b, assignee_id: '11' }, filter('unassigned'), me))).toEqual([
      '1',
      '3',
    ]);
    expect(ids(patchList(data, { ...b, blocked: true }, filter(), me))).toEqual(['1', '3']);
  });

  test('leaves out a row that belongs after the last loaded page', () => {
    const old = row('9', { at: minute(1) });
    expect(ids(patchList(list([a, b], 'more'), old, filter(), me))).toEqual(['1', '2']);
    expect(ids(patchList(list([a, b], null), old, filter(), me))).toEqual(['1', '2', '9']);
  });

  test('is the same object where nothing changes', () => {
    const data = list([a]);
    expect(patchList(data, row('7', { status: 'closed' }), filter(), me)).toBe(data);
  });

  test('keeps a stranger without messages in order by when it was made', () => {
    const fresh = row('8', { since: minute(45), last_message: null });
    expect(ids(patchList(list([a, b]), fresh, filter(), me))).toEqual(['8', '1', '2']);
  });
});

test('search results change in place', () => {
  const data = list([row('1'), row('2')]);
  const next = replaceRow(data, row('2', { name: 'New' }));
  expect(rowsOf(next).map((r) => r.name)).toEqual(['Contact 1', 'New']);
  expect(replaceRow(data, row('3'))).toBe(data);
});

test('a contact given by two pages is shown once', () => {
  const data: ListData = {
    pages: [
      { items: [row('1')], next_cursor: 'x' },
      { items: [row('1'), row('2')], next_cursor: null },
    ],
    pageParams: ['', 'x'],
  };
  expect(ids(data)).toEqual(['1', '2']);
});

describe('steadyOrder', () => {
  const rows = (...names: string[]) => names.map((n) => row(n));
  const shown = (r: { shown: ContactRow[] }) => r.shown.map((x) => x.id);
  test('holds the order under the pointer and counts what waits', () => {
    const result = steadyOrder(['1', '2', '3'], rows('9', '3', '1', '2'));
    expect(shown(result)).toEqual(['1', '2', '3']);
    expect(result.waiting).toBe(1);
  });
  test('drops what left and appends what was loaded at the end', () => {
    const result = steadyOrder(['1', '2', '3'], rows('1', '3', '4', '5'));
    expect(shown(result)).toEqual(['1', '3', '4', '5']);
    expect(result.waiting).toBe(0);
  });
});
