import { useCallback, useSyncExternalStore } from 'react';

// One of each for all rows of a list that ask.
const lists = new Map<string, MediaQueryList>();

function mediaOf(query: string): MediaQueryList {
  let media = lists.get(query);
  if (!media) {
    media = matchMedia(query);
    lists.set(query, media);
  }
  return media;
}

export function useMedia(query: string) {
  const subscribe = useCallback(
    (listener: () => void) => {
      const media = mediaOf(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => mediaOf(query).matches);
}

export const usePhone = () => useMedia('(max-width: 699px)');
/** Nothing appears by pointing at it: fingers, or a screen too narrow for it. */
export const useTouch = () => useMedia('(hover: none), (max-width: 699px)');
/** Room for the sidebar beside the list. */
export const useWide = () => useMedia('(min-width: 1024px)');
/** Room for the contact drawer beside the console. */
export const useExtraWide = () => useMedia('(min-width: 1240px)');
