import { beforeEach, expect, test, vi } from 'vitest';
import { listQuery, queryClient, timelineQuery } from '../api/queries';
import type { ContactRow, Message, Page } from '../api/types';
import { rowsOf } from '../inbox/list-cache';
import { itemsOf, upsertItem } from '../timeline/timeline-cache';
import { applyRow, patchTimelines } from './apply';

const filter = { inbox: 'all', status: 'open', sort: 'newest' } as const;
const row = (id: string, at: string, text: string) =>
  ({
    id,
    name: id,
    status: 'open',
    status_since: at,
    blocked: false,
    assignee_id: null,
    last_message: { at, text },
  }) as unknown as ContactRow;
const message = (id: string) => ({ item: 'message', id }) as unknown as Message;

/** A server that answers when it is told to. */
let answers: { path: string; give: (body: unknown) => void }[] = [];

beforeEach(() => {
  vi.stubGlobal('document', { documentElement: { lang: 'en' } });
  queryClient.clear();
  answers = [];
  globalThis.fetch = (path, init) =>
    new Promise((resolve, reject) => {
      answers.push({
        path: String(path),
        give: (body) => resolve(new Response(JSON.stringify(body), { status: 200 })),
      });
      init?.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
    });
});

const page = (items: ContactRow[], next: string | null = null) =>
  ({ items, next_cursor: next }) as Page<ContactRow>;
const texts = () =>
  rowsOf(queryClient.getQueryData(listQuery(filter).queryKey)).map((r) => r.last_message?.text);

test('a message that comes while the list is asked for the first time is there', async () => {
  const asked = queryClient.fetchInfiniteQuery(listQuery(filter));
  applyRow(row('2', '2026-03-02', 'new'));
  answers[0]!.give(page([row('1', '2026-03-01', 'old'), row('2', '2026-02-01', 'before')]));
  await asked;
  expect(texts()).toEqual(['new', 'old']);
});

test('news that come while a further page is asked for stay', async () => {
  const asked = queryClient.fetchInfiniteQuery(listQuery(filter));
  answers[0]!.give(page([row('3', '2026-03-03', 'c'), row('2', '2026-03-02', 'b')], 'next'));
  await asked;
  const more = queryClient.fetchInfiniteQuery({ ...listQuery(filter), pages: 2, staleTime: 0 });
  applyRow(row('2', '2026-03-04', 'b again'));
  expect(texts()).toEqual(['b again', 'c']);
  answers[1]!.give(page([row('3', '2026-03-03', 'c'), row('2', '2026-03-02', 'b')], 'next'));
  await expect.poll(() => answers.length).toBe(3);
  applyRow(row('3', '2026-03-05', 'c again'));
  answers[2]!.give(page([row('1', '2026-03-01', 'a')]));
  await more;
  expect(texts()).toEqual(['c again', 'b again', 'a']);
});

test('news stay where what was asked for is given up', async () => {
  const { queryKey } = timelineQuery('7', undefined);
  queryClient.setQueryData(queryKey, {
    pages: [{ items: [message('1')], has_before: false, has_after: false }],
    pageParams: [{}],
  } as never);
  const asked = queryClient
    .fetchInfiniteQuery({ ...timelineQuery('7', undefined), staleTime: 0 })
    .catch(() => {});
  patchTimelines('7', (d) => upsertItem(d, message('2')));
  await queryClient.cancelQueries({ queryKey });
  await asked;
  expect(itemsOf(queryClient.getQueryData(queryKey)).map((i) => i.id)).toEqual(['1', '2']);
});
