import { type BrowserContext, expect, type Page } from '@playwright/test';
import { Inbox, signIn, test } from './app.ts';
import { lucia, mateo } from './kinds.ts';
import type { Server } from './server.ts';

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
  await expect(inbox.row(/Lucía/)).toContainText('please look, @Beto Agente');
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
