import { useEffect, useRef } from 'react';

/**
 * Focuses an element of a panel whose content is loaded after the panel opened,
 * when the panel itself has already placed the focus.
 */
export function useFocusOnMount<T extends HTMLElement>() {
  const ref = useRef<T>(null);
  useEffect(() => {
    const frame = requestAnimationFrame(() => ref.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  return ref;
}
