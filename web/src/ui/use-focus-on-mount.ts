import { useEffect, useRef } from 'react';

/**
 * Focuses an element of a panel whose content is loaded after the panel opened,
 * when the panel itself has already placed the focus.
 */
export function useFocusOnMount<T extends HTMLElement>() {
  const ref = useRef<T>(null);
  useEffect(() => {
    const frame = requestAnimationFrame(() =>
      // The panel may not have its place yet; scrolling there would move the whole page.
      ref.current?.focus({ preventScroll: true }),
    );
    return () => cancelAnimationFrame(frame);
  }, []);
  return ref;
}
