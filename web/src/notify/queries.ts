import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { get } from '../api/http';

export type NoticeTab = 'new' | 'archived' | 'all';

export const noticeCountQuery = queryOptions({
  queryKey: ['notifications', 'count'] as const,
  queryFn: async ({ signal }) => (await get('/notifications/count', { signal })).unread,
});

export const noticesQuery = (tab: NoticeTab) =>
  infiniteQueryOptions({
    queryKey: ['notifications', 'list', tab] as const,
    queryFn: ({ pageParam, signal }) =>
      get('/notifications', { query: { tab, cursor: pageParam || undefined, limit: 30 }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
    staleTime: 0,
  });

export const preferencesQuery = queryOptions({
  queryKey: ['notify-preferences'] as const,
  queryFn: ({ signal }) => get('/me/notifications', { signal }),
});
