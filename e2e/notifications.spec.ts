import { createServer, request } from 'node:http';
import { type BrowserContext, expect, type Page } from '@playwright/test';
import { Inbox, signIn, test } from './app.ts';
import { lucia, mateo } from './kinds.ts';
import { chromium } from './playwright.config.ts';
import { owner, type Server } from './server.ts';

// Desktop notifications need the windows.
test.use({ launchOptions: chromium });

// Two people in two browsers: what one does rings the other's bell.

/** A colleague in a browser of their own. */
async function colleague(context: BrowserContext, server: Server, who: { email: string; password: string }): Promise<Page> {
  const page = await context.newPage();
  expect((await page.request.post(`${server.url}/api/v1/session`, { data: who })).ok()).toBe(true);
  await page.goto(`${server.url}/inbox/all`);
  return page;
}

// Not by its role: while the panel is open the rest is hidden from screen readers.
const bell = (page: Page) => page.locator('nav[aria-label=Modules] button[aria-label^=Notifications]');
const panel = (page: Page) => page.getByRole('dialog', { name: 'Notifications' });

async function rings(page: Page, count: number): Promise<void> {
  await expect(bell(page)).toHaveAttribute('aria-label', count ? `Notifications, ${count} new` : 'Notifications');
  await expect(page).toHaveTitle(count ? `(${count}) Bandeja` : 'Bandeja');
  await expect(page.locator('link[rel="icon"]')).toHaveAttribute('href', count ? '/icon-dot.svg' : '/icon.svg');
}

test('a mention rings the bell, and its click opens the comment', async ({ page, browser, server }) => {
  server.addOwner();
  const beto = server.addUser('Beto Agente', 'agent');
  server.addUser('Ana Vega', 'agent');
  const users = await server.api<{ items: { id: string; name: string }[] }>('GET', '/users');
  const ana = users.items.find((u) => u.name === 'Ana Vega')!;
  await server.api('PATCH', `/users/${ana.id}`, { visibility: 'own' });
  await server.connect('telegram');
  await server.customer(lucia.account, lucia.person, { kind: 'text', text: 'Hola, ¿tienen la talla 38?' });
  const other = await browser.newContext({ locale: 'en-US' });
  const second = await colleague(other, server, beto);
  await rings(second, 1); // an unassigned contact wrote

  await signIn(page, server);
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  await inbox.open(/Lucía/);
  await page.keyboard.press('c');
  const box = inbox.composer.getByRole('textbox', { name: /comment/ });
  await expect(box).toBeFocused();
  await page.keyboard.type('please look, @');
  const list = page.getByRole('listbox', { name: 'Mention a colleague' });
  // All are offered; who can't see the contact is marked.
  await expect(list.getByRole('option', { name: /Ana Vega.*won’t be notified/ })).toBeVisible();
  await expect(list.getByRole('option')).toHaveCount(3);
  await page.keyboard.type('be');
  await expect(list.getByRole('option', { name: /Beto Agente/ })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Tab');
  await expect(box).toHaveValue('please look, @Beto Agente ');
  await expect(list).toBeHidden();
  // Escape leaves the list, not the box.
  await page.keyboard.type('and @an');
  await expect(list).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();
  await expect(box).toBeFocused();
  for (let i = 0; i < 'and @an'.length; i++) await page.keyboard.press('Backspace');
  await page.keyboard.press('Enter');
  await expect(inbox.message('please look, @Beto Agente')).toBeVisible();
  // The list shows what was sent or received, which a comment isn't.
  await expect(inbox.row(/Lucía/)).toContainText('¿tienen la talla 38?');
  await rings(page, 0); // she opened the contact, and did it herself

  await rings(second, 2);
  await bell(second).click();
  const mention = panel(second).getByRole('button', { name: /Laura Medina mentioned you/ });
  await expect(mention).toContainText('please look, @Beto Agente');
  await mention.click();
  await expect(second).toHaveURL(/\/inbox\/all\/\d+\?m=\d+/);
  await expect(new Inbox(second).message('please look').locator('[data-mention=me]')).toHaveText('@Beto Agente');
  // Opening the contact has read all about it.
  await rings(second, 0);
  await other.close();
});

test('messages gather, are archived and come back; assigning rings', async ({ page, browser, server }) => {
  server.addOwner();
  const beto = server.addUser('Beto Agente', 'agent');
  await server.connect('telegram');
  const other = await browser.newContext({ locale: 'en-US' });
  const second = await colleague(other, server, beto);
  await rings(second, 0);
  for (const text of ['uno', 'dos', 'tres']) await server.customer(lucia.account, lucia.person, { kind: 'text', text });
  await server.customer(mateo.account, mateo.person, { kind: 'text', text: 'buenas' });
  await rings(second, 2);
  await second.keyboard.press('n');
  await expect(panel(second).getByRole('button', { name: /Lucía.*3 new messages, unassigned.*tres/ })).toBeVisible();
  // By key: down to the first, archive it; by pointer: the cross of the other.
  await expect(panel(second).getByRole('tab', { name: 'New' })).toBeFocused();
  const rows = panel(second).locator('[data-notice]');
  await expect(rows).toHaveCount(2);
  await rows.first().focus();
  await second.keyboard.press('ArrowDown');
  await expect(rows.nth(1)).toBeFocused();
  await second.keyboard.press('e');
  await expect(rows).toHaveCount(1);
  await rings(second, 1);
  await rows.first().hover();
  await panel(second).getByRole('button', { name: /^Archive:/ }).click();
  await expect(panel(second).getByText('Nothing new')).toBeVisible();
  await rings(second, 0);
  await panel(second).getByRole('tab', { name: 'Archived' }).click();
  await expect(rows).toHaveCount(2);
  await panel(second).getByRole('button', { name: /^Back from the archive: Lucía/ }).click();
  await expect(rows).toHaveCount(1);
  await panel(second).getByRole('tab', { name: 'All' }).click();
  await expect(rows).toHaveCount(2);
  await rings(second, 1);
  await panel(second).getByRole('button', { name: 'Archive all' }).click();
  await rings(second, 0);
  await second.keyboard.press('Escape');
  await expect(panel(second)).toBeHidden();
  await expect(bell(second)).toBeFocused();

  // Somebody assigns Mateo to Beto: told to Beto alone.
  await signIn(page, server);
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  await inbox.open(/Mateo/);
  await page.keyboard.press('a');
  await page.getByRole('option', { name: /Beto Agente/ }).click();
  await rings(second, 1);
  await bell(second).click();
  await panel(second)
    .getByRole('button', { name: /Laura Medina assigned you/ })
    .click();
  await expect(second).toHaveURL(/\/inbox\/mine\/\d+/);
  await rings(second, 0);
  // What comes while one looks at it rings nothing.
  await server.customer(mateo.account, mateo.person, { kind: 'text', text: 'gracias' });
  await expect(new Inbox(second).message('gracias')).toBeVisible();
  await rings(second, 0);
  await other.close();
});

test('preferences decide what comes, and how', async ({ page, context, server }) => {
  server.addOwner();
  await server.connect('telegram');
  await signIn(page, server);
  await page.goto(`${server.url}/settings/profile`);
  const section = page.locator('#notifications');
  const box = (name: string) => section.getByRole('checkbox', { name });
  await expect(box('Unassigned contacts write: in the notification centre')).toBeChecked();
  await expect(box('Unassigned contacts write: on the desktop or the phone')).not.toBeChecked();
  await expect(section.getByText('This server sends no e-mail')).toBeVisible();
  await expect(box('My contacts write: by e-mail, when you are away')).toBeDisabled();
  await server.customer(lucia.account, lucia.person, { kind: 'text', text: 'hola' });
  await rings(page, 1);
  await box('Unassigned contacts write: in the notification centre').uncheck();
  await rings(page, 0);
  await box('Unassigned contacts write: in the notification centre').check();
  await rings(page, 1);
  await box('Unassigned contacts write: on the desktop or the phone').check();

  // A sound, and not in quiet hours.
  const sounded = () => page.evaluate(() => document.documentElement.dataset.sounded ?? '');
  await server.customer(lucia.account, lucia.person, { kind: 'text', text: 'otra vez' });
  await expect.poll(sounded).not.toBe('');
  await box('Quiet hours').check();
  await section.getByLabel('From', { exact: true }).fill('00:00');
  await section.getByLabel('To', { exact: true }).fill('23:59');
  await expect.poll(async () => (await server.api<{ quiet_hours: object }>('GET', '/me/notifications')).quiet_hours).toMatchObject({ on: true, from: '00:00', to: '23:59' });
  const before = await sounded();
  await server.customer(mateo.account, mateo.person, { kind: 'text', text: 'a deshora' });
  await rings(page, 2);
  expect(await sounded()).toBe(before);
  await page.reload();
  await expect(box('Quiet hours')).toBeChecked();
  await expect(section.getByLabel('To', { exact: true })).toHaveValue('23:59');
  await expect(box('Unassigned contacts write: on the desktop or the phone')).toBeChecked();
  // The browser is asked for its permission by the button, never before.
  expect(await page.evaluate(() => Notification.permission)).not.toBe('granted');
  await context.grantPermissions(['notifications'], { origin: server.url });
});

test('the app installs, takes pushes, keeps no stale page, and says when there is no server', async ({ page, context, server }) => {
  server.addOwner();
  await server.connect('telegram');
  await server.customer(lucia.account, lucia.person, { kind: 'text', text: 'hola' });
  await context.grantPermissions(['notifications'], { origin: server.url });
  await signIn(page, server);
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  await expect(inbox.row(/Lucía/)).toBeVisible();
  const address = (await inbox.row(/Lucía/).getAttribute('href')) ?? '';
  const path = address.split('?')[0]!;

  // What a browser asks of an app that can be installed.
  const manifest = await (await page.request.get(`${server.url}/manifest.webmanifest`)).json();
  expect(manifest).toMatchObject({ start_url: '/', scope: '/', display: 'standalone' });
  for (const icon of manifest.icons) expect((await page.request.get(server.url + icon.src)).ok()).toBe(true);
  const script = await page.request.get(`${server.url}/sw.js`);
  expect(script.headers()['cache-control']).toBe('no-cache');
  expect(script.headers()['content-type']).toContain('javascript');
  await page.evaluate(() => navigator.serviceWorker.ready.then((r) => r.active?.state));
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
  await expect.poll(() => worker.evaluate(() => (self as unknown as { registration: ServiceWorkerRegistration }).registration.active?.state)).toBe('activated');

  // A push while the app is in front shows nothing more: the bell is there. Else it does.
  const devtools = await context.newCDPSession(page);
  const registered = new Promise<string>((resolve) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', (e) => {
      const mine = e.registrations.find((r) => r.scopeURL === `${server.url}/`);
      if (mine) resolve(mine.registrationId);
    });
  });
  await devtools.send('ServiceWorker.enable');
  const registrationId = await registered;
  const push = (data: object) => devtools.send('ServiceWorker.deliverPushMessage', { origin: server.url, registrationId, data: JSON.stringify(data) });
  const shown = () =>
    worker.evaluate(async () => {
      const { registration } = self as unknown as { registration: ServiceWorkerRegistration };
      return (await registration.getNotifications()).map((n) => ({ title: n.title, body: n.body, tag: n.tag, url: n.data.url }));
    });
  await page.goto('about:blank');
  // The worker hears of a page that was left a moment later.
  const inFront = () =>
    worker.evaluate(async () => {
      const { clients } = self as unknown as { clients: { matchAll(o: object): Promise<{ visibilityState: string }[]> } };
      return (await clients.matchAll({ type: 'window', includeUncontrolled: true })).filter((c) => c.visibilityState === 'visible').length;
    });
  await expect.poll(inFront).toBe(0);
  await push({ title: 'Lucía Gómez', body: 'New message\nhola', url: path, tag: '7' });
  await expect.poll(shown).toEqual([{ title: 'Lucía Gómez', body: 'New message\nhola', tag: '7', url: path }]);
  await push({ title: 'Lucía Gómez', body: '2 new messages\n¿sigue ahí?', url: path, tag: '7' });
  await expect.poll(shown).toEqual([{ title: 'Lucía Gómez', body: '2 new messages\n¿sigue ahí?', tag: '7', url: path }]);

  // Its click opens the conversation in the tab that is open.
  await page.goto(`${server.url}/settings/profile`);
  await expect(page.getByRole('heading', { name: 'Notifications' })).toBeVisible();
  await push({ title: 'Mateo', body: 'in front', url: '/', tag: '8' });
  await worker.evaluate(async () => {
    const scope = self as unknown as { registration: ServiceWorkerRegistration; dispatchEvent: (e: Event) => void };
    const [notification] = await scope.registration.getNotifications({ tag: '7' });
    const Click = (self as unknown as { NotificationEvent: new (type: string, init: object) => Event }).NotificationEvent;
    scope.dispatchEvent(new Click('notificationclick', { notification }));
  });
  await expect(page).toHaveURL(server.url + path);
  await expect(inbox.message('hola')).toBeVisible();
  await expect.poll(shown).toEqual([]);

  // Only files whose names carry a hash are kept, so that a new version shows at once.
  await page.reload();
  await expect(inbox.message('hola')).toBeVisible();
  const kept = await page.evaluate(async () => {
    const out: string[] = [];
    for (const name of await caches.keys()) for (const r of await (await caches.open(name)).keys()) out.push(new URL(r.url).pathname);
    return out;
  });
  expect(kept.length).toBeGreaterThan(5);
  expect(kept.filter((p) => !p.startsWith('/assets/')).sort()).toEqual(['/icon.svg', '/offline.html', '/offline.js']);
  expect(kept.filter((p) => p.startsWith('/assets/') && !/-[\w-]{8}\.\w+$/.test(p))).toEqual([]);

  // What the worker has no answer to doesn't wait for it: the browser knows beforehand.
  const ways = await page.evaluate(() =>
    (performance.getEntriesByType('resource') as (PerformanceResourceTiming & { workerMatchedSourceType?: string })[])
      .filter((e) => new URL(e.name).pathname.startsWith('/api/'))
      .map((e) => e.workerMatchedSourceType),
  );
  expect(ways.length).toBeGreaterThan(5);
  expect([...new Set(ways)]).toEqual(['network']);

  // Without a server the page says so, and opens the app when it is back.
  await server.kill();
  await page.goto(server.url + path).catch(() => {});
  await expect(page.getByRole('heading', { name: 'Bandeja can’t be reached' })).toBeVisible();
  await server.run();
  await expect(inbox.message('hola')).toBeVisible();
});

/** Stands before the server, and serves the pages given to it itself: a deployed new version. */
async function deployment(server: Server): Promise<{ url: string; pages: Map<string, [string, string]>; stop: () => void }> {
  const pages = new Map<string, [string, string]>();
  const target = new URL(server.url);
  const front = createServer((from, to) => {
    const page = pages.get(from.url ?? '');
    if (page) {
      to.writeHead(200, { 'Content-Type': page[0], 'Cache-Control': 'no-cache' }).end(page[1]);
      return;
    }
    const on = request({ host: target.hostname, port: target.port, path: from.url, method: from.method, headers: from.headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    on.on('error', () => to.destroy());
    from.pipe(on);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const address = front.address() as { port: number };
  return {
    url: `http://127.0.0.1:${address.port}`,
    pages,
    stop: () => {
      front.close();
      front.closeAllConnections();
    },
  };
}

test('a new version of the app replaces the old one at the next visit', async ({ page, server }) => {
  server.addOwner();
  const front = await deployment(server);
  try {
    const r = await page.request.post(`${front.url}/api/v1/session`, { data: { email: owner.email, password: owner.password } });
    expect(r.ok(), await r.text()).toBe(true);
    await page.goto(`${front.url}/inbox/all`);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.reload();
    await expect(page.getByText('No contacts yet')).toBeVisible();
    expect(await page.evaluate(() => Boolean(navigator.serviceWorker.controller))).toBe(true);
    front.pages.set('/inbox/all', ['text/html', '<!doctype html><body><script type="module" src="/assets/next-12345678.js"></script>']);
    front.pages.set('/assets/next-12345678.js', ['text/javascript', 'document.body.textContent = "the next version"']);
    await page.reload();
    await expect(page.getByText('the next version')).toBeVisible();
  } finally {
    front.stop();
  }
});
