import type { InfiniteData } from '@tanstack/react-query';
import type { Message, TimelineItem, TimelinePage } from '../api/types';

export type TimelineData = InfiniteData<TimelinePage, unknown>;

export const compareIds = (a: string, b: string) =>
  a.length !== b.length ? a.length - b.length : a < b ? -1 : a > b ? 1 : 0;

/**
 * Puts a new item where its id belongs, or replaces it. Nothing is added to a
 * timeline whose newest page isn't loaded: it would stand beside a hole.
 */
export function upsertItem(data: TimelineData, item: TimelineItem): TimelineData {
  for (const [p, page] of data.pages.entries()) {
    const i = page.items.findIndex((x) => x.id === item.id);
    if (i >= 0) return withPage(data, p, { ...page, items: page.items.with(i, item) });
  }
  const lastIndex = data.pages.length - 1;
  const last = data.pages[lastIndex];
  if (!last || last.has_after) return data;
  const after = last.items.findIndex((x) => compareIds(x.id, item.id) > 0);
  const items = after < 0 ? [...last.items, item] : last.items.toSpliced(after, 0, item);
  return withPage(data, lastIndex, { ...last, items });
}

const has = (data: TimelineData, id: string) =>
  data.pages.some((p) => p.items.some((x) => x.id === id));

/**
 * Takes the answer to a send. The push of the same message may have come first
 * and know more (it is sent, it failed), so what is there stays.
 */
export function addIfAbsent(data: TimelineData, item: TimelineItem): TimelineData {
  return has(data, item.id) ? data : upsertItem(data, item);
}

/** Takes the answer to a change, unless news came while it was on its way. */
export function replaceUnchanged(
  data: TimelineData,
  before: TimelineItem | undefined,
  after: Message,
): TimelineData {
  return findItem(data, after.id) === before ? replaceMessage(data, after) : data;
}

export function findItem(data: TimelineData, id: string): TimelineItem | undefined {
  for (const page of data.pages) {
    const item = page.items.find((x) => x.id === id);
    if (item) return item;
  }
  return undefined;
}

/** Changes a message that is loaded; one that isn't will come changed. */
export function replaceMessage(data: TimelineData, message: Message): TimelineData {
  return has(data, message.id) ? upsertItem(data, message) : data;
}

function withPage(data: TimelineData, index: number, page: TimelinePage): TimelineData {
  return { ...data, pages: data.pages.with(index, page) };
}

export function itemsOf(data: TimelineData | undefined): TimelineItem[] {
  const seen = new Set<string>();
  return (data?.pages ?? [])
    .flatMap((p) => p.items)
    .filter((i) => !seen.has(i.id) && seen.add(i.id));
}

export interface Pending {
  ref: string;
}

/**
 * What was sent from here and isn't in the server's items yet. Matching is by
 * client_ref, so it doesn't matter whether the answer or the push comes first.
 */
export function unconfirmed<P extends Pending>(items: TimelineItem[], pending: P[]): P[] {
  if (pending.length === 0) return pending;
  const refs = new Set(items.map((i) => (i.item === 'message' ? i.client_ref : '')));
  return pending.filter((p) => !refs.has(p.ref));
}
