import {
  infiniteQueryOptions,
  keepPreviousData,
  notifyManager,
  QueryClient,
  queryOptions,
  useQuery,
} from '@tanstack/react-query';
import { ApiError, get, post } from './http';
import type { CustomCount, FilterNode, InboxId, Me, Permission, Sort, StatusFilter } from './types';

// What has come is shown at once: a timer would let other work go first.
notifyManager.setScheduler(queueMicrotask);

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Realtime keeps the caches fresh; a gap it can't fill invalidates them.
      staleTime: 5 * 60_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => error instanceof ApiError && error.transient && count < 2,
    },
  },
});

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => get('/me', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const inboxesQuery = queryOptions({
  queryKey: ['inboxes'],
  queryFn: async ({ signal }) => (await get('/inboxes', { signal })).items,
});

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: async ({ signal }) => (await get('/users', { signal })).items,
});

export const teamsQuery = queryOptions({
  queryKey: ['teams'],
  queryFn: async ({ signal }) => (await get('/teams', { signal })).items,
});

/** Whether closing asks for a note, and the categories there are. */
export const closingQuery = queryOptions({
  queryKey: ['closing'],
  queryFn: ({ signal }) => get('/closing', { signal }),
});

export const fieldsQuery = queryOptions({
  queryKey: ['fields'],
  queryFn: async ({ signal }) => (await get('/contact-fields', { signal })).items,
});

export const tagsQuery = queryOptions({
  queryKey: ['tags'],
  queryFn: async ({ signal }) => (await get('/tags', { signal })).items,
});

export const customInboxesQuery = queryOptions({
  queryKey: ['custom-inboxes'],
  queryFn: async ({ signal }) => (await get('/custom-inboxes', { signal })).items,
});

export const channelsQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: async ({ signal }) => (await get('/channels', { signal })).items,
});

export interface ListFilter {
  inbox: InboxId;
  status: StatusFilter;
  /** Only contacts that wait for an answer. */
  unreplied?: boolean;
  sort: Sort;
  /** The changed filter of a custom inbox, not saved yet. */
  draft?: FilterNode;
}

/** The open conversations of a custom inbox, as of when its list was last asked for. */
export const customCountQuery = (id: InboxId) =>
  queryOptions({
    queryKey: ['custom-count', id] as const,
    queryFn: async ({ signal }) => {
      const count = await get('/custom-inboxes/{inbox}/count', { params: { inbox: id }, signal });
      try {
        localStorage.setItem(countKey(id), JSON.stringify(count));
      } catch {
        // Then it is there until the page is loaded again.
      }
      return count;
    },
    initialData: () => keptCount(countKey(id)),
    enabled: false, // only with the list
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });

const keptCounts = new Map<string, CustomCount | undefined>();

/** The count as this browser has kept it, read once: a sidebar asks at every turn. */
function keptCount(key: string): CustomCount | undefined {
  if (!keptCounts.has(key)) {
    try {
      keptCounts.set(key, JSON.parse(localStorage.getItem(key) ?? ''));
    } catch {
      keptCounts.set(key, undefined);
    }
  }
  return keptCounts.get(key);
}

const countKey = (id: InboxId) =>
  `bandeja.count.${queryClient.getQueryData(meQuery.queryKey)?.user.id}.${id}`;

export function forgetCount(id: InboxId) {
  try {
    localStorage.removeItem(countKey(id));
  } catch {
    // Then it wasn't kept.
  }
}

export const listQuery = (filter: ListFilter) =>
  infiniteQueryOptions({
    queryKey: ['list', filter] as const,
    queryFn: ({ pageParam, signal }) => {
      if (pageParam === '' && !filter.draft && filter.inbox.startsWith('custom-'))
        void queryClient.prefetchQuery({ ...customCountQuery(filter.inbox), staleTime: 0 });
      const query = {
        status: filter.status,
        unreplied: filter.unreplied || undefined,
        sort: filter.sort,
        cursor: pageParam,
        limit: 50,
      };
      return filter.draft
        ? post('/filter/contacts', { query, body: { filter: filter.draft }, signal })
        : get('/inboxes/{inbox}/contacts', { params: { inbox: filter.inbox }, query, signal });
    },
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
  });

export const searchQuery = (q: string) =>
  infiniteQueryOptions({
    queryKey: ['search', q] as const,
    queryFn: ({ pageParam, signal }) =>
      get('/contacts', { query: { search: q, cursor: pageParam, limit: 50 }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    staleTime: 15_000,
  });

export const contactQuery = (id: string) =>
  queryOptions({
    queryKey: ['contact', id] as const,
    queryFn: ({ signal }) => get('/contacts/{id}', { params: { id }, signal }),
  });

type TimelineParam = { before?: string; after?: string; around?: string };

/** The timeline from its newest page, or around one message for a deep link. */
export const timelineQuery = (contactId: string, around: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['timeline', contactId, around ?? 'latest'] as const,
    queryFn: ({ pageParam, signal }) =>
      get('/contacts/{id}/messages', {
        params: { id: contactId },
        query: { ...pageParam, limit: 50 },
        signal,
      }),
    initialPageParam: (around ? { around } : {}) as TimelineParam,
    getPreviousPageParam: (first): TimelineParam | undefined =>
      first.has_before && first.items[0] ? { before: first.items[0].id } : undefined,
    getNextPageParam: (last): TimelineParam | undefined =>
      last.has_after && last.items.length ? { after: last.items.at(-1)!.id } : undefined,
  });

/** What waits for its time, or failed then. */
export const scheduledQuery = (contactId: string) =>
  queryOptions({
    queryKey: ['scheduled', contactId] as const,
    queryFn: async ({ signal }) =>
      (await get('/contacts/{id}/scheduled', { params: { id: contactId }, signal })).items,
  });

/** Asks for all that opening a contact shows, at once. */
export function prefetchContact(id: string, around?: string) {
  void queryClient.prefetchQuery(contactQuery(id));
  void queryClient.prefetchInfiniteQuery(timelineQuery(id, around));
  void queryClient.prefetchQuery(scheduledQuery(id));
}

export const templatesQuery = (channelId: string) =>
  queryOptions({
    queryKey: ['templates', channelId] as const,
    queryFn: ({ signal }) => get('/channels/{id}/templates', { params: { id: channelId }, signal }),
  });

/** Who is signed in. Every screen behind the login is rendered after this is loaded. */
export function useMe(): Me {
  return useQuery(meQuery).data!;
}

export const useMay = (permission: Permission) => useMe().permissions.includes(permission);
