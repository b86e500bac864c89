import { useInfiniteQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { type ListFilter, listQuery, queryClient, searchQuery } from '../api/queries';
import type { InboxId, StatusFilter } from '../api/types';
import { useDraft } from '../custom-inbox/drafts';
import { rowsOf } from './list-cache';

/** Who is blocked is listed whatever came of the last conversation. */
export const usualStatus = (inbox: string): StatusFilter => (inbox === 'blocked' ? 'all' : 'open');

/** What the address says the list shows. */
export function useListFilter() {
  const { inbox } = useParams({ from: '/app/inbox/$inbox' });
  const search = useSearch({ from: '/app/inbox/$inbox' });
  const draft = useDraft(inbox);
  const filter: ListFilter = {
    inbox: inbox as InboxId,
    status: search.status ?? usualStatus(inbox),
    sort: search.sort ?? 'newest',
    ...(search.unreplied && { unreplied: true }),
    ...(draft && { draft }),
  };
  const q = search.q ?? '';
  return { filter, q, where: search.in, listKey: JSON.stringify([filter, q]) };
}

/** The contacts of the list or of the search, page by page. */
export function useInboxList() {
  const { filter, q, listKey } = useListFilter();
  const list = useInfiniteQuery({ ...listQuery(filter), enabled: q === '' });
  const found = useInfiniteQuery({ ...searchQuery(q), enabled: q !== '' });
  const query = q ? found : list;
  return { query, rows: rowsOf(query.data), filter, q, listKey };
}

/** Asks for the list anew, from its first page. */
export const refreshList = (filter: ListFilter) =>
  queryClient.resetQueries({ queryKey: listQuery(filter).queryKey });
