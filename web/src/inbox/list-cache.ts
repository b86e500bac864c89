import type { InfiniteData } from '@tanstack/react-query';
import type { ListFilter } from '../api/queries';
import type { ContactRow, Page, Sort, Team } from '../api/types';
import { teamUsers } from './inbox-entries';

export type ListData = InfiniteData<Page<ContactRow>, unknown>;

/** Who looks, and with which teams. */
export interface Looker {
  myId: string;
  teams: readonly Team[] | undefined;
}

/** Whether a contact belongs into a list. Blocked contacts have one of their own. */
export function belongs(row: ContactRow, filter: ListFilter, who: Looker): boolean {
  if (row.blocked !== (filter.inbox === 'blocked')) return false;
  if (filter.status !== 'all' && row.status !== filter.status) return false;
  if (filter.unreplied && !row.unreplied) return false;
  if (filter.inbox === 'mine') return row.assignee_id === who.myId;
  if (filter.inbox === 'unassigned') return row.assignee_id === null;
  const users = teamUsers(filter.inbox, who.teams);
  return !users || (row.assignee_id !== null && users.includes(row.assignee_id));
}

const lastAt = (row: ContactRow) => row.last_message?.at ?? row.status_since;

// Ids are decimal strings that grow with time.
const compareIds = (a: string, b: string) =>
  a.length !== b.length ? a.length - b.length : a < b ? -1 : a > b ? 1 : 0;

/** The order of a list: negative where a stands before b. */
export function compareRows(a: ContactRow, b: ContactRow, sort: Sort): number {
  const [x, y] =
    sort === 'newest' || sort === 'oldest'
      ? [lastAt(a), lastAt(b)]
      : [a.status_since, b.status_since];
  const ascending = sort === 'oldest' || sort === 'longest';
  const order = x < y ? -1 : x > y ? 1 : compareIds(a.id, b.id);
  return ascending ? order : -order;
}

/**
 * The list after news of one contact: inserted, moved, changed in place or
 * removed. Returns the same object where nothing changes. A row that would come
 * after the last loaded page is left out, for the server will give it later.
 */
export function patchList(
  data: ListData,
  row: ContactRow,
  filter: ListFilter,
  who: Looker,
): ListData {
  const present = data.pages.some((p) => p.items.some((r) => r.id === row.id));
  const wanted = belongs(row, filter, who);
  if (!present && !wanted) return data;
  const pages = data.pages.map((p) => ({ ...p, items: p.items.filter((r) => r.id !== row.id) }));
  if (!wanted) return { ...data, pages };
  for (const page of pages) {
    const at = page.items.findIndex((r) => compareRows(row, r, filter.sort) < 0);
    if (at >= 0) {
      page.items.splice(at, 0, row);
      return { ...data, pages };
    }
  }
  const last = pages.at(-1);
  if (last && last.next_cursor === null) last.items.push(row);
  return { ...data, pages };
}

/** The list without a contact that may no longer be seen. */
export function dropRow(data: ListData, id: string): ListData {
  if (!data.pages.some((p) => p.items.some((r) => r.id === id))) return data;
  return {
    ...data,
    pages: data.pages.map((p) => ({ ...p, items: p.items.filter((r) => r.id !== id) })),
  };
}

/** Search results keep their order; only what the rows say changes. */
export function replaceRow(data: ListData, row: ContactRow): ListData {
  if (!data.pages.some((p) => p.items.some((r) => r.id === row.id))) return data;
  return {
    ...data,
    pages: data.pages.map((p) => ({
      ...p,
      items: p.items.map((r) => (r.id === row.id ? row : r)),
    })),
  };
}

/** A contact may be given by two pages when it moved between the two requests. */
export function rowsOf(data: ListData | undefined): ContactRow[] {
  if (!data) return none;
  let rows = flat.get(data);
  if (!rows) {
    const byId = new Map<string, ContactRow>();
    for (const page of data.pages)
      for (const row of page.items) if (!byId.has(row.id)) byId.set(row.id, row);
    rows = [...byId.values()];
    flat.set(data, rows);
  }
  return rows;
}

const none: ContactRow[] = [];
// Asked for at each frame while somebody scrolls.
const flat = new WeakMap<ListData, ContactRow[]>();
