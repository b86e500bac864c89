import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { get } from '../api/http';

/** How many open conversations each user has. The server tells of none by itself. */
export const workloadsQuery = queryOptions({
  queryKey: ['workloads'],
  queryFn: async ({ signal }) => (await get('/workloads', { signal })).items,
  staleTime: 0,
  refetchInterval: 5000,
});

/** Contacts that may be the same person. */
export const sharedQuery = infiniteQueryOptions({
  queryKey: ['shared'],
  queryFn: ({ pageParam, signal }) =>
    get('/duplicates', { query: { cursor: pageParam, limit: 10 }, signal }),
  initialPageParam: '',
  getNextPageParam: (last) => last.next_cursor,
  staleTime: 0,
});
