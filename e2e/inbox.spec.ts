import { expect, type Page, test } from '@playwright/test';
import { accessible } from './axe.ts';
import { owner, Server } from './server.ts';

let server: Server;

test.afterEach(async () => {
  await server.stop();
});

async function signIn(page: Page): Promise<void> {
  await page.goto(`${server.url}/login`);
  await page.getByLabel('E-mail').fill(owner.email);
  await page.getByLabel('Password', { exact: true }).fill(owner.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/inbox\//);
}

test('the first owner is set up in the browser', async ({ page }) => {
  server = await Server.start();
  await page.goto(server.url);
  await expect(page).toHaveURL(/\/setup/);
  await accessible(page);
  await page.getByLabel(/workspace|company/i).first().fill('Flores Amazonas');
  await page.getByLabel(/your name/i).fill(owner.name);
  await page.getByLabel(/e-mail/i).fill(owner.email);
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/at least 10 characters/i).first()).toBeVisible();
  await page.getByLabel('Password', { exact: true }).fill(owner.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/inbox\//);
  await expect(page.getByRole('link', { name: /^All/ })).toBeVisible();
  await accessible(page);
});

test('a customer on each provider is answered, live', async ({ page }) => {
  server = await Server.start();
  server.addOwner();
  await server.connect('telegram');
  await server.connect('whatsapp_cloud');
  await signIn(page);
  await page.goto(`${server.url}/inbox/all`);
  for (const c of [
    { account: 'telegram', person: '7001001', name: /Lucía Gómez/, last: /^Sent/ },
    { account: 'whatsapp', person: '593987654321', name: /Valentina Ruiz/, last: /^Read/ },
  ]) {
    await server.reading(c.account, c.person, true);
    await server.customer(c.account, c.person, { kind: 'text', text: '¿Tienen rosas?' });
    await page.getByRole('region', { name: 'Contacts' }).getByRole('link', { name: c.name }).click();
    const console = page.getByRole('main');
    await expect(console.getByText('¿Tienen rosas?')).toBeVisible();

    // More arrives while the conversation is open.
    await server.customer(c.account, c.person, { kind: 'text', text: 'Rojas, por favor' });
    await expect(console.getByText('Rojas, por favor')).toBeVisible();

    const box = console.getByRole('textbox').first();
    await box.fill('Sí, ¡claro!');
    await box.press('Enter');
    await expect(console.getByText('Sí, ¡claro!')).toBeVisible();
    await expect.poll(async () => (await server.phone(c.account, c.person)).filter((m) => !m.mine).map((m) => m.text)).toEqual(['Sí, ¡claro!']);
    await expect(console.getByLabel(c.last).first()).toBeVisible();
  }
  await accessible(page);
});

test('a killed server costs nothing: both sides go on without reload', async ({ page }) => {
  server = await Server.start();
  server.addOwner();
  await server.connect('telegram');
  await signIn(page);
  await server.customer('telegram', '7001001', { kind: 'text', text: 'before' });
  await page.goto(`${server.url}/inbox/all`);
  await page.getByRole('region', { name: 'Contacts' }).getByRole('link', { name: /Lucía/ }).click();
  const console = page.getByRole('main');
  await expect(console.getByText('before', { exact: true })).toBeVisible();
  const reloads: string[] = [];
  page.on('framenavigated', (f) => f === page.mainFrame() && reloads.push(f.url()));

  await server.kill();
  const box = console.getByRole('textbox').first();
  await box.fill('written while the server was gone');
  await box.press('Enter');
  await server.run();
  await server.customer('telegram', '7001001', { kind: 'text', text: 'after' });

  await expect(console.getByText('after', { exact: true })).toBeVisible({ timeout: 30_000 });
  await expect
    .poll(async () => (await server.phone('telegram', '7001001')).filter((m) => !m.mine).map((m) => m.text), { timeout: 30_000 })
    .toEqual(['written while the server was gone']);
  await expect(console.getByText('written while the server was gone')).toHaveCount(1);
  await expect(console.getByText('after', { exact: true })).toHaveCount(1);
  expect(reloads).toEqual([]);
});

test('the main path by keyboard alone', async ({ page }) => {
  server = await Server.start();
  server.addOwner();
  await server.connect('telegram');
  await server.customer('telegram', '7001001', { kind: 'text', text: 'first' });
  await server.customer('telegram', '7001002', { kind: 'text', text: 'second' });
  await page.goto(`${server.url}/login`);
  await page.keyboard.type(owner.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(owner.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/inbox\//);
  await page.goto(`${server.url}/inbox/all`);
  await expect(page.getByRole('link', { name: /Lucía/ })).toBeVisible();

  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/inbox\/all\/\d+/);
  await page.keyboard.press('r');
  await page.keyboard.type('answered by keyboard');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main').getByText('answered by keyboard')).toBeVisible();
  await page.keyboard.press('Escape');

  await page.keyboard.press('/');
  await page.keyboard.type('Mateo');
  await expect(page.getByRole('region', { name: 'Contacts' }).getByRole('link')).toHaveCount(1);
  await page.keyboard.press('Escape');

  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  await accessible(page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();

  await page.keyboard.press('e');
  await expect(page.getByRole('main').getByText(/closed the conversation/i)).toBeVisible();
});

test('every settings screen is accessible', async ({ page }) => {
  server = await Server.start();
  server.addOwner();
  await server.connect('telegram');
  await page.goto(`${server.url}/login`);
  await accessible(page);
  await signIn(page);
  for (const path of ['profile', 'workspace', 'channels', 'channels/new/whatsapp_cloud', 'channels/new/telegram', 'tokens']) {
    await page.goto(`${server.url}/settings/${path}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await accessible(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await accessible(page);
    await page.emulateMedia({ colorScheme: 'light' });
  }
});
