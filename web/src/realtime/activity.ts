import { useEffect } from 'react';
import { put } from '../api/http';

/** How often the server is told that somebody is here. */
const every = 20_000;

/** Tells colleagues that one is here, for as long as keys, clicks and touches come. */
export function useActivityPing() {
  useEffect(() => {
    let last = 0;
    const here = () => {
      if (document.visibilityState !== 'visible' || Date.now() - last < every) return;
      last = Date.now();
      // The next key or click says it again.
      put('/me/activity', { body: {} }).catch(() => {
        last = 0;
      });
    };
    here();
    const events = ['pointerdown', 'keydown', 'wheel', 'visibilitychange'] as const;
    for (const e of events) document.addEventListener(e, here, { passive: true });
    return () => {
      for (const e of events) document.removeEventListener(e, here);
    };
  }, []);
}
