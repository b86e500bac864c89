import { useInfiniteQuery } from '@tanstack/react-query';
import type { Page } from '../api/types';

/** A keyset list with "load more". */
export function usePages<T>(
  key: unknown[],
  read: (cursor: string, signal: AbortSignal) => Promise<Page<T>>,
) {
  const result = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
    staleTime: 0,
  });
  return { ...result, items: result.data?.pages.flatMap((p) => p.items) ?? [] };
}
