import { type ComponentType, lazy } from 'react';

// Parts of the app that load when they are first needed, which may be when there
// is no network, or when the server has a newer version than this page.

const pause = 2000;
const attempts = 90;

/** Loads a part; where the server can't be reached, tries until it can. */
export async function part<T>(load: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await load();
    } catch (error) {
      if (attempt === attempts) throw error;
      await new Promise((r) => setTimeout(r, pause));
    }
  }
}

/** A component whose code loads with its first use. */
export const lazyPart = <P extends object>(load: () => Promise<{ default: ComponentType<P> }>) =>
  lazy(() => part(load));

/** Waits a moment, and then until the browser has nothing better to do. Safari doesn't tell. */
const idle = () =>
  new Promise<unknown>((done) =>
    setTimeout('requestIdleCallback' in window ? () => requestIdleCallback(done) : done, 40),
  );

/**
 * Loads the parts that are likely next, then fetches every part into the browser's cache:
 * one by one, so that nobody who scrolls meanwhile feels it. A browser doesn't ask twice
 * for a module it couldn't load, so a part first needed while the server restarts must
 * already be there.
 */
export async function fetchAhead(next: (() => unknown)[]) {
  for (const load of next) {
    await idle();
    load();
  }
  const list = await fetch('/parts.json').catch(() => undefined);
  // Not there while the development server runs.
  if (!list?.headers.get('content-type')?.includes('json')) return;
  for (const href of (await list.json()) as string[]) {
    await idle();
    document.head.append(Object.assign(document.createElement('link'), { rel: 'prefetch', href }));
  }
}

/**
 * Starts the page afresh, once, where a newer version was deployed and the parts
 * of this one are gone. Where the server just can't be reached the page stays: it
 * holds what was written.
 */
export function reloadWhenReplaced(entry: string) {
  window.addEventListener('vite:preloadError', () => {
    const last = Number(sessionStorage.getItem('bandeja.reloaded') ?? 0);
    if (Date.now() - last < 10_000) return;
    void fetch('/', { cache: 'no-store' })
      .then(async (page) => {
        if (!page.ok || (await page.text()).includes(new URL(entry).pathname)) return;
        sessionStorage.setItem('bandeja.reloaded', String(Date.now()));
        location.reload();
      })
      .catch(() => {});
  });
}
