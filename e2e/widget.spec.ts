import { createHmac } from 'node:crypto';
import { createServer, type Server as HTTP } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type Page, test } from '@playwright/test';
import { accessible, accessibleInBoth } from './axe.ts';
import { twoButtons } from './kinds.ts';
import { owner, Server } from './server.ts';

let server: Server;
let host: HTTP;
let site: string;

/** A customer's website with the widget's one line, under a strict content security policy. */
async function begin(config: Record<string, string> = {}): Promise<void> {
  server = await Server.start();
  server.addOwner();
  const ch = await server.api<{ webhook_url: string }>('POST', '/channels', { type: 'webchat', name: 'Shop', config });
  const key = ch.webhook_url.split('/').pop();
  host = createServer((_, res) => {
    res.setHeader('Content-Type', 'text/html');
    res.setHeader('Content-Security-Policy', `default-src 'none'; script-src ${server.url}; connect-src ${server.url}; img-src ${server.url} blob:; media-src ${server.url}`);
    res.end(`<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1><script async src="${server.url}/widget.js" data-channel="${key}"></script></html>`);
  });
  await new Promise<void>((r) => host.listen(0, '127.0.0.1', r));
  site = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
}

test.afterEach(async () => {
  await server.stop();
  await new Promise((r) => host.close(r));
});

async function agent(page: Page): Promise<void> {
  await page.goto(`${server.url}/login`);
  await page.getByLabel('E-mail').fill(owner.email);
  await page.getByLabel('Password', { exact: true }).fill(owner.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/inbox\//);
  await page.goto(`${server.url}/inbox/all`);
}

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FAAhKDveksOjmAAAAAElFTkSuQmCC',
  'base64',
);

const log = (page: Page) => page.getByRole('log');
const timeline = (page: Page) => page.getByRole('main').getByRole('region', { name: 'Messages' });

test('a visitor and an agent, in two pages', async ({ page, browser }) => {
  await begin();
  const visitor = await (await browser.newContext({ locale: 'en-US' })).newPage();
  await visitor.goto(site);
  await visitor.getByRole('button', { name: 'Open chat' }).click();
  await expect(visitor.getByText('Hello! How can we help you?')).toBeVisible();
  const say = async (text: string) => {
    await visitor.getByRole('textbox', { name: 'Write a message' }).fill(text);
    await visitor.keyboard.press('Enter');
  };
  await say('Do you have roses?');

  await agent(page);
  await page.getByRole('region', { name: 'Contacts' }).getByRole('list').getByRole('link').first().click();
  await expect(timeline(page).getByText('Do you have roses?')).toBeVisible();
  const box = page.getByRole('main').getByRole('textbox').first();
  const answer = async (text: string) => {
    await box.fill(text);
    await box.press('Enter');
  };
  await answer('Yes, red and white');
  await expect(log(visitor).getByText('Yes, red and white')).toBeVisible();
  await expect(log(visitor).getByText('Laura', { exact: true })).toBeVisible();
  await expect(timeline(page).getByRole('button', { name: /Read$/ }).first()).toBeVisible();

  // Each sees the other writing.
  await box.pressSequentially('one moment');
  await expect(log(visitor).getByText(/Laura is writing/)).toBeAttached();
  await box.fill('');

  // A picture both ways.
  await visitor.locator('input[type=file]').setInputFiles({ name: 'rose.png', mimeType: 'image/png', buffer: png });
  await expect(timeline(page).getByRole('img', { name: /rose\.png/ }).first()).toBeVisible();
  await page.getByRole('main').locator('input[type=file]').first().setInputFiles({ name: 'white.png', mimeType: 'image/png', buffer: png });
  await page.getByRole('main').getByRole('button', { name: /^Send(?! later)/ }).click();
  await expect(log(visitor).getByRole('img', { name: 'white.png' })).toBeVisible();
  await expect
    .poll(() => log(visitor).getByRole('img', { name: 'white.png' }).evaluate((i: HTMLImageElement) => i.naturalWidth))
    .toBeGreaterThan(0);

  await accessible(visitor);

  // A comment stays inside.
  await server.api('POST', `/contacts/${page.url().split('/').pop()}/messages`, { text: 'internal only', comment: true });
  await expect(timeline(page).getByText('internal only')).toBeVisible();

  // A reload loses nothing.
  await visitor.reload();
  await visitor.getByRole('button', { name: /Open chat/ }).click();
  for (const text of ['Do you have roses?', 'Yes, red and white']) await expect(log(visitor).getByText(text)).toHaveCount(1);
  await expect(log(visitor).getByText('internal only')).toHaveCount(0);

  // The server dies between two messages: both go on without a reload.
  await server.kill();
  await say('written while the server was gone');
  await expect(visitor.getByText(/No connection/)).toBeVisible();
  await server.run();
  await expect(timeline(page).getByText('written while the server was gone')).toBeVisible({ timeout: 40_000 });
  await answer('and we are back');
  await expect(log(visitor).getByText('and we are back')).toBeVisible({ timeout: 20_000 });
  await expect(log(visitor).getByText('written while the server was gone')).toHaveCount(1);
  await expect(timeline(page).getByText('written while the server was gone')).toHaveCount(1);
  await visitor.context().close();
});

test('the form before the chat, a queue without network, and both colour schemes', async ({ page, context }) => {
  await begin({ prechat_name: 'required', prechat_email: 'optional', language: 'es' });
  await page.goto(site);
  await page.getByRole('button', { name: /chat/i }).click();
  await expect(page.getByLabel('Nombre')).toBeFocused();
  await accessible(page);
  await page.getByRole('button', { name: 'Iniciar el chat' }).click();
  await expect(page.getByText('Este campo es obligatorio.')).toBeVisible();
  await page.getByLabel('Nombre').fill('Ana María');
  await page.getByLabel('Correo').fill('ana@');
  await page.keyboard.press('Enter');
  await expect(page.getByText('No es una dirección de correo.')).toBeVisible();
  await page.getByLabel('Correo').fill('ana@example.com');
  await page.keyboard.press('Enter');
  const box = page.getByRole('textbox', { name: 'Escriba un mensaje' });
  await expect(box).toBeVisible();

  await context.setOffline(true);
  await box.fill('sin conexión');
  await box.press('Enter');
  await expect(page.getByText(/Sin conexión\. Lo que escriba/)).toBeVisible();
  await context.setOffline(false);
  await expect
    .poll(async () => (await server.api<{ items: { last_message: { text: string } }[] }>('GET', '/contacts?search=Ana')).items[0]?.last_message.text, { timeout: 40_000 })
    .toBe('sin conexión');
  await page.emulateMedia({ colorScheme: 'dark' });
  await accessible(page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: /Abrir el chat/ })).toBeFocused();
});

/** Opens the chat of the site in a page. */
async function chat(page: Page): Promise<{ say(text: string): Promise<void> }> {
  await page.goto(site);
  await page.getByRole('button', { name: /^Open chat/ }).click();
  const box = page.getByRole('textbox', { name: 'Write a message' });
  await expect(box).toBeVisible();
  return {
    say: async (text) => {
      await box.fill(text);
      await box.press('Enter');
      await expect(log(page).getByText(text)).toHaveCount(1);
    },
  };
}

/** What the team has got from visitors, each contact by itself, in the order in which they came. */
async function got(): Promise<string[][]> {
  const { items } = await server.api<{ items: { id: string }[] }>('GET', '/contacts?status=all');
  const texts = items.map(async ({ id }) => {
    const page = await server.api<{ items: { direction?: string; content?: { text?: string } }[] }>('GET', `/contacts/${id}/messages`);
    return page.items.flatMap((m) => (m.direction === 'incoming' ? [m.content?.text ?? ''] : []));
  });
  return (await Promise.all(texts)).sort();
}

const away = (page: Page) => expect(page.getByText(/^No connection/)).toBeVisible();
/** How much the site's storage holds that waits. */
const waiting = (page: Page) => page.evaluate(() => Object.keys(localStorage).filter((k) => /:(queue|out:.*)$/.test(k)).length);

test('two tabs of a visitor write while the server is gone, and one is closed', async ({ context }) => {
  await begin();
  const [one, other] = [await context.newPage(), await context.newPage()];
  // Both begin at once, and are one visitor all the same.
  const [a, b] = await Promise.all([chat(one), chat(other)]);
  await a.say('a1');
  await expect(log(other).getByText('a1')).toBeVisible();
  await b.say('b0');
  await expect.poll(got).toEqual([['a1', 'b0']]); // both have begun

  await server.kill();
  await a.say('a2');
  await b.say('b1');
  await a.say('a3');
  await b.say('b2');
  await away(one);
  await away(other);
  // Each sees what the other has waiting.
  for (const text of ['a2', 'a3']) await expect(log(other).getByText(text)).toHaveCount(1);
  await one.close();
  await server.run();
  await expect.poll(got, { timeout: 40_000 }).toEqual([['a1', 'b0', 'a2', 'b1', 'a3', 'b2']]);
  await expect.poll(() => waiting(other)).toBe(0);
  for (const text of ['a1', 'b0', 'a2', 'b1', 'a3', 'b2']) await expect(log(other).getByText(text)).toHaveCount(1);
  await other.reload();
  await other.getByRole('button', { name: /^Open chat/ }).click();
  for (const text of ['a1', 'b0', 'a2', 'b1', 'a3', 'b2']) await expect(log(other).getByText(text)).toHaveCount(1);
  expect(await got()).toEqual([['a1', 'b0', 'a2', 'b1', 'a3', 'b2']]);
});

test('what waits when a page is loaded anew or closed goes without opening the chat', async ({ context }) => {
  await begin();
  const before = await context.newPage();
  const { say } = await chat(before);
  await server.kill();
  await say('my first words');
  await away(before);
  // The browser has kept the loader; what it looks for isn't there yet.
  await before.reload();
  await expect(before.getByRole('button', { name: /^Open chat/ })).toBeVisible();
  await server.run();
  await expect.poll(got, { timeout: 40_000 }).toEqual([['my first words']]);

  const last = await chat(before);
  await server.kill();
  await last.say('and more');
  await away(before);
  await before.close();
  await server.run();
  const page = await context.newPage();
  await page.goto(site);
  await expect.poll(got, { timeout: 40_000 }).toEqual([['my first words', 'and more']]);
  await expect.poll(() => waiting(page)).toBe(0);

  // An older widget kept it all under one key.
  await page.evaluate(() => {
    const known = Object.keys(localStorage).find((k) => k.endsWith(':known')) ?? '';
    localStorage.setItem(known.replace(/known$/, 'queue'), JSON.stringify([{ cid: 'old-1', t: 'message', text: 'from before' }]));
  });
  await page.reload();
  await expect.poll(got).toEqual([['my first words', 'and more', 'from before']]);
  await expect.poll(() => waiting(page)).toBe(0);
});

for (const [name, spoil] of [
  ['forbidden', () => Object.defineProperty(window, 'localStorage', { get: () => { throw new DOMException('no', 'SecurityError'); } })],
  ['full', () => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; }],
] as const)
  test(`a visitor whose storage is ${name} loses nothing`, async ({ page }) => {
    await page.addInitScript(spoil);
    await begin();
    const { say } = await chat(page);
    await say('one');
    await expect.poll(got).toEqual([['one']]);
    await server.kill();
    await say('two');
    await say('three');
    await away(page);
    await server.run();
    await expect.poll(got, { timeout: 40_000 }).toEqual([['one', 'two', 'three']]);
    for (const text of ['one', 'two', 'three']) await expect(log(page).getByText(text)).toHaveCount(1);
  });

test('what one person has left is neither said in the name of the next nor shown to them', async ({ page }) => {
  const secret = 'a-secret-of-the-shop';
  await begin({ identity_secret: secret });
  const identify = (id: string) => {
    const who = { id, hash: createHmac('sha256', secret).update(id).digest('hex'), name: id };
    return page.evaluate((w) => (window as unknown as { BandejaChat(...c: unknown[]): void }).BandejaChat('identify', w), who);
  };
  await page.goto(site);
  await expect(page.getByRole('button', { name: /^Open chat/ })).toBeVisible();
  await identify('ana');
  const box = page.getByRole('textbox', { name: 'Write a message' });
  const say = async (text: string) => {
    await box.fill(text);
    await box.press('Enter');
    await expect(log(page).getByText(text)).toHaveCount(1);
  };
  await page.getByRole('button', { name: /^Open chat/ }).click();
  await say('this is Ana');
  await expect.poll(got).toEqual([['this is Ana']]);

  await server.kill();
  await say('Ana, later');
  await away(page);
  await identify('eva');
  await expect(log(page).getByText(/Ana/)).toHaveCount(0);
  await say('this is Eva');
  await server.run();
  await expect.poll(got, { timeout: 40_000 }).toEqual([['this is Ana', 'Ana, later'], ['this is Eva']]);
  await expect(log(page).getByText('this is Eva')).toHaveCount(1);
  await expect(log(page).getByText(/Ana/)).toHaveCount(0);
});

for (const width of [1440, 390])
  test(`every part of the chat at ${width} px, light and dark`, async ({ page, context }) => {
    await begin({ prechat_name: 'required', prechat_email: 'optional' });
    await page.setViewportSize({ width, height: 844 });
    const look = (part: string) => accessibleInBoth(page, part);
    await page.goto(site);
    const launcher = page.getByRole('button', { name: /^Open chat/ });
    await expect(launcher).toBeVisible();
    await look('launcher');
    await launcher.click();
    await expect(page.getByText('Hello! How can we help you?')).toBeVisible();
    await expect(page.getByText(/^We are away right now/)).toBeVisible();
    await look('form before the chat');
    await page.getByRole('button', { name: 'Start chat' }).click();
    await expect(page.getByText('This field is required.')).toBeVisible();
    await look('form, incomplete');
    await page.getByLabel('Name').fill('Ana');
    await page.keyboard.press('Enter');
    const box = page.getByRole('textbox', { name: 'Write a message' });
    await expect(box).toBeVisible();
    await look('empty chat');

    const say = async (text: string) => {
      await box.fill(text);
      await box.press('Enter');
    };
    await say('Do you have roses? https://flores.example/rosas');
    await page.locator('input[type=file]').setInputFiles([
      { name: 'rose.png', mimeType: 'image/png', buffer: png },
      { name: 'order.txt', mimeType: 'text/plain', buffer: Buffer.from('roses') },
    ]);
    await expect(log(page).getByRole('link', { name: /order\.txt/ })).toBeVisible();
    const [contact] = (await server.api<{ items: { id: string }[] }>('GET', '/contacts?status=all')).items;
    const answer = (body: object) => server.api('POST', `/contacts/${contact?.id}/messages`, body);
    await answer({ text: 'Yes: https://flores.example/rosas' });
    await answer({ text: 'Which day?', interactive: twoButtons });
    await expect(log(page).getByRole('button', { name: 'Mañana' })).toBeVisible();
    await look('messages');

    await log(page).getByRole('button', { name: 'rose.png' }).click();
    await expect(page.getByRole('dialog', { name: 'rose.png' })).toBeVisible();
    await look('picture');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Emoji' }).click();
    await expect(page.getByRole('group', { name: 'Emoji' })).toBeVisible();
    await look('emoji');
    await page.keyboard.press('Escape');

    await page.route('**/events*', (r) =>
      r.request().method() === 'POST'
        ? r.fulfill({ status: 422, headers: { 'access-control-allow-origin': '*' }, json: { code: 'refused', detail: 'Too long.' } })
        : r.fallback(),
    );
    await say('refused');
    await expect(log(page).getByRole('button', { name: 'Try again' })).toBeVisible();
    await look('a message refused');
    await page.unroute('**/events*');
    await context.setOffline(true);
    await say('on its way');
    await expect(page.getByText(/^No connection/)).toBeVisible();
    await look('without network');
    await context.setOffline(false);
    await expect(page.getByText(/^No connection/)).toBeHidden();

    await page.getByRole('dialog').getByRole('button', { name: 'Close chat' }).click();
    await answer({ text: 'Are you there?' });
    await expect(page.getByRole('button', { name: 'Open chat, 1 unread' })).toBeVisible();
    await look('launcher with news');
  });
