import { useInfiniteQuery } from '@tanstack/react-query';
import { getPage } from '../api/http';

/** A keyset list with "load more". */
export function usePages<T>(key: unknown[], path: string, query: Record<string, string> = {}) {
  const result = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => getPage<T>(path, { ...query, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
    staleTime: 0,
  });
  return { ...result, items: result.data?.pages.flatMap((p) => p.items) ?? [] };
}
