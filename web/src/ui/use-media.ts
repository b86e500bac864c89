import { useCallback, useSyncExternalStore } from 'react';

export function useMedia(query: string) {
  const subscribe = useCallback(
    (listener: () => void) => {
      const media = matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}

export const usePhone = () => useMedia('(max-width: 699px)');
/** Nothing appears by pointing at it: fingers, or a screen too narrow for it. */
export const useTouch = () => useMedia('(hover: none), (max-width: 699px)');
/** Room for the sidebar beside the list. */
export const useWide = () => useMedia('(min-width: 1024px)');
/** Room for the contact drawer beside the console. */
export const useExtraWide = () => useMedia('(min-width: 1240px)');
