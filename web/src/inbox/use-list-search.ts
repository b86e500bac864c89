import { useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { InboxSearch } from '../router';

/** Changes what the list shows, in the address. An open conversation stays open beside it. */
export function useListSearch() {
  const router = useRouter();
  return useCallback(
    (change: InboxSearch) => {
      const open = router.state.matches.some((m) => 'contactId' in m.params);
      void router.navigate({
        from: open ? '/inbox/$inbox/$contactId' : '/inbox/$inbox',
        to: '.',
        search: (old: object) => ({ ...old, ...change }),
        replace: true,
      });
    },
    [router],
  );
}
