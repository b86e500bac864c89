import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

const storageKey = 'bandeja.places';

/** How far down each list was scrolled when it was left, also before a reload of the page. */
const places = new Map<string, number>(read());

function read(): [string, number][] {
  try {
    return JSON.parse(sessionStorage.getItem(storageKey) ?? '[]');
  } catch {
    return [];
  }
}

/** Pages are fetched down to a place as far as this, in pixels; beyond, the list begins at its top. */
const farthest = 32_000;

/** Each list is found where it was left; one that is new starts at its top. */
export function useScrollPlace(
  scroller: RefObject<HTMLElement | null>,
  listKey: string,
  list: { height: number; hasNextPage: boolean; fetching: boolean; fetchNextPage: () => unknown },
) {
  const wanted = useRef(0);
  const listed = list.height > 0;
  useLayoutEffect(() => {
    const el = scroller.current;
    if (!listed || !el) return;
    const place = places.get(listKey) ?? 0;
    const reached = place <= el.scrollHeight - el.clientHeight;
    el.scrollTo(0, reached ? place : 0);
    wanted.current = !reached && place <= farthest ? place : 0;
    const forget = () => {
      wanted.current = 0;
    };
    // Not asked for when it is left: by then there may be another list.
    let at = el.scrollTop;
    const scrolled = () => {
      at = el.scrollTop;
    };
    const leave = () => {
      places.delete(listKey);
      places.set(listKey, wanted.current || at);
      try {
        sessionStorage.setItem(storageKey, JSON.stringify([...places].slice(-20)));
      } catch {
        // Then they are known as long as the page is.
      }
    };
    // Whoever scrolls by themselves isn't taken elsewhere.
    for (const sign of ['wheel', 'touchstart', 'pointerdown', 'keydown'])
      el.addEventListener(sign, forget, { passive: true });
    el.addEventListener('scroll', scrolled, { passive: true });
    window.addEventListener('pagehide', leave);
    return () => {
      leave();
      window.removeEventListener('pagehide', leave);
      el.removeEventListener('scroll', scrolled);
      for (const sign of ['wheel', 'touchstart', 'pointerdown', 'keydown'])
        el.removeEventListener(sign, forget);
    };
  }, [listKey, listed, scroller]);

  const { height, hasNextPage, fetching, fetchNextPage } = list;
  useEffect(() => {
    const el = scroller.current;
    if (!el || !wanted.current || fetching) return;
    if (height - el.clientHeight < wanted.current && hasNextPage) {
      void fetchNextPage();
      return;
    }
    el.scrollTo(0, wanted.current);
    wanted.current = 0;
  }, [listKey, height, hasNextPage, fetching, fetchNextPage, scroller]);
}
