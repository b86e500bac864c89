import { queryOptions } from '@tanstack/react-query';
import { get, post } from '../api/http';
import { queryClient } from '../api/queries';
import type { Bulk } from '../api/types';

/** What one has done to many contacts lately, newest first. */
export const bulksQuery = queryOptions({
  queryKey: ['bulks'],
  queryFn: async ({ signal }) => (await get('/bulk', { signal })).items,
  // Pushes tell of it; this is for where they don't come.
  refetchInterval: ({ state }) => (state.data?.some((b) => !b.ended_at) ? 2000 : false),
});

export async function cancelBulk(b: Bulk) {
  const after = await post('/bulk/{id}/cancel', { params: { id: b.id } });
  queryClient.setQueryData<Bulk[]>(bulksQuery.queryKey, (old) =>
    old?.map((x) => (x.id === after.id ? after : x)),
  );
}
