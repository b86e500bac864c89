// The service worker. It keeps no page of the app: pages come from the network, and
// where there is none an honest page says so. Files whose names carry a hash never
// change, so they come from its cache. Pushes are shown where no tab is in front.

const assets = 'bandeja-assets';
const offline = 'bandeja-offline-1';
const offlineFiles = ['/offline.html', '/offline.js', '/icon.svg'];
// A few versions of the app; the oldest files go first.
const mostAssets = 400;

// What is never answered here doesn't pass through here, where the browser can tell
// beforehand: each opening of a conversation asks several times.
const past = ['/api/*', '/files/*', '/realtime*'].map((pathname) => ({
  condition: { urlPattern: { pathname } },
  source: 'network',
}));

self.addEventListener('install', (event) => {
  event.addRoutes?.(past).catch(() => {});
  event.waitUntil(
    caches
      .open(offline)
      .then((cache) => cache.addAll(offlineFiles.map((f) => new Request(f, { cache: 'reload' }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys())
        if (name.startsWith('bandeja-') && name !== assets && name !== offline)
          await caches.delete(name);
      // Lets the page's request begin while the worker starts.
      await self.registration.navigationPreload?.enable();
      await self.clients.claim();
    })(),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(event));
  else if (url.pathname.startsWith('/assets/')) event.respondWith(asset(event));
  else if (offlineFiles.includes(url.pathname) && url.pathname !== '/icon.svg')
    event.respondWith(fetch(request).catch(() => caches.match(url.pathname)));
});

async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await caches.match('/offline.html')) ?? Response.error();
  }
}

let tidying;

/** Lets the oldest files go, once for all that come together. */
function tidy(cache) {
  tidying ??= (async () => {
    await new Promise((r) => setTimeout(r, 2000));
    tidying = undefined;
    const keys = await cache.keys();
    for (const old of keys.slice(0, Math.max(0, keys.length - mostAssets))) await cache.delete(old);
  })();
  return tidying;
}

async function asset(event) {
  const cache = await caches.open(assets);
  const kept = await cache.match(event.request);
  if (kept) return kept;
  const fresh = await fetch(event.request);
  if (fresh.status === 200) {
    const copy = fresh.clone();
    event.waitUntil(
      // A full disk costs the cache, not the page.
      cache.put(event.request, copy).then(
        () => tidy(cache),
        () => {},
      ),
    );
  }
  return fresh;
}

self.addEventListener('push', (event) => {
  event.waitUntil(
    (async () => {
      let text = {};
      try {
        text = event.data?.json() ?? {};
      } catch {
        // Not ours, or of another version: that something happened can still be said.
      }
      const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
      // Whoever looks at the app has the bell, and the tone.
      if (text.tag !== 'test' && pages.some((p) => p.visibilityState === 'visible')) return;
      await self.registration.showNotification(text.title || 'Bandeja', {
        body: text.body || '',
        tag: text.tag || 'bandeja',
        renotify: true,
        icon: '/icon-192.png',
        badge: '/icon-badge.png',
        data: { url: text.url || '/' },
      });
    })(),
  );
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  // Only places inside the app.
  const given = new URL(event.notification.data?.url ?? '/', self.location.origin);
  const url =
    given.origin === self.location.origin ? given.pathname + given.search + given.hash : '/';
  event.waitUntil(
    (async () => {
      const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
      const open =
        pages.find((p) => p.focused) ??
        pages.find((p) => p.visibilityState === 'visible') ??
        pages[0];
      if (!open) return void (await self.clients.openWindow(url));
      open.postMessage({ type: 'open', url });
      // Refused where the browser doesn't count this as the person's own click.
      await open.focus().catch(() => {});
    })(),
  );
});

// The browser moved to another address: tell the server the new one.
self.addEventListener('pushsubscriptionchange', (event) => {
  event.waitUntil(
    (async () => {
      const options = event.oldSubscription?.options;
      const next =
        event.newSubscription ??
        (options && (await self.registration.pushManager.subscribe(options)));
      if (next)
        await fetch('/api/v1/me/push', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(subscriptionOf(next)),
        });
    })(),
  );
});

function subscriptionOf(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  return { endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } };
}
