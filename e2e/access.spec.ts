import { expect, type Page, test } from '@playwright/test';
import { Inbox, signIn } from './app.ts';
import { accessibleInBoth } from './axe.ts';
import { contactId, everyKind, lucia, mateo, ticks, valentina } from './kinds.ts';
import { Server } from './server.ts';

// Every screen at every width, light and dark, without a violation of WCAG 2.2 AA.

// A trace would copy these large pages at every step.
test.use({ trace: 'off' });

let server: Server;
let chat = '';
let channels: string[] = [];

test.beforeAll(async () => {
  server = await Server.start();
  server.addOwner();
  await server.connect('telegram');
  await server.connect('whatsapp_cloud');
  await server.api('POST', '/channels', { type: 'webchat', name: 'Shop', config: {} });
  channels = (await server.api<{ items: { id: string }[] }>('GET', '/channels')).items.map((c) => c.id);
  for (const c of [lucia, mateo]) await server.customer(c.account, c.person, { kind: 'text', text: 'Hola' });
  await everyKind(server, valentina);
  chat = await contactId(server, valentina.name);
  await server.reading(valentina.account, valentina.person, true);
  await server.api('POST', `/contacts/${chat}/messages`, { comment: true, text: 'Es clienta desde 2019' });
});

test.afterAll(async () => {
  await server.stop();
});

/** Opens something, looks at it, closes it by Escape. */
async function look(page: Page, screen: string, open: () => Promise<void>, role: 'dialog' | 'menu'): Promise<void> {
  await open();
  await expect(page.getByRole(role)).toBeVisible();
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
  await accessibleInBoth(page, screen);
  await page.keyboard.press('Escape');
  await expect(page.getByRole(role)).toBeHidden();
}

for (const width of [1440, 820, 390]) {
  const phone = width < 700;

  test.describe(`${width} px`, () => {
    // Tall, so that the conversation is on the page from end to end.
    test.use({ viewport: { width, height: phone ? 844 : 2200 }, hasTouch: phone, isMobile: phone, contextOptions: { reducedMotion: 'reduce' } });

    test('set-up and login', async ({ page }) => {
      const empty = await Server.start();
      try {
        await page.goto(empty.url);
        await expect(page.getByRole('heading', { name: 'Welcome to Bandeja' })).toBeVisible();
        await accessibleInBoth(page, 'set-up');
        empty.addOwner();
        await page.goto(`${empty.url}/login`);
        await expect(page.getByLabel('E-mail')).toBeVisible();
        await page.getByLabel('E-mail').fill('nobody@example.com');
        await page.getByLabel('Password', { exact: true }).fill('not a password');
        await page.keyboard.press('Enter');
        await expect(page.getByRole('alert')).toBeVisible();
        await accessibleInBoth(page, 'login refused');
        await signIn(page, empty);
        await page.goto(`${empty.url}/inbox/all`);
        await expect(page.getByText('No contacts yet')).toBeVisible();
        await accessibleInBoth(page, 'empty inbox');
      } finally {
        await empty.stop();
      }
    });

    test('inbox', async ({ page }) => {
      test.setTimeout(120_000);
      await signIn(page, server);
      await page.goto(`${server.url}/inbox/all`);
      const inbox = new Inbox(page);
      await expect(inbox.row(valentina.name)).toBeVisible();
      await accessibleInBoth(page, 'list');
      await look(page, 'order menu', () => page.getByRole('button', { name: /^Order/ }).click(), 'menu');
      await look(page, 'add contact', () => page.getByRole('button', { name: 'Add contact' }).click(), 'dialog');
      await look(page, 'palette', () => page.keyboard.press('Control+k'), 'dialog');
      await look(page, 'shortcuts', () => page.keyboard.press('?'), 'dialog');
      await page.getByRole('searchbox').fill('nobody at all');
      await expect(page.getByText('Nobody matches “nobody at all”')).toBeVisible();
      await accessibleInBoth(page, 'nothing found');

      await page.goto(`${server.url}/inbox/all/${chat}`);
      await expect(inbox.message('Es clienta desde 2019')).toBeVisible();
      await accessibleInBoth(page, 'conversation');
      if (!phone) {
        await inbox.message('Esas, por favor').hover();
        await look(page, 'react', () => inbox.message('Esas, por favor').getByRole('button', { name: 'React' }).click(), 'dialog');
      }
      await look(page, 'message actions', () => inbox.message('Esas, por favor').getByRole('button', { name: 'Message actions' }).click(), 'menu');
      await look(page, 'assign', () => page.getByRole('button', { name: /^Assign/ }).click(), 'dialog');
      await look(page, 'more', () => page.getByRole('button', { name: 'More actions' }).click(), 'menu');
      await look(page, 'emoji', () => inbox.composer.getByRole('button', { name: 'Emoji' }).click(), 'dialog');

      await inbox.composer.getByRole('button', { name: 'Template' }).click();
      await expect(page.getByRole('button', { name: /pedido_listo/ })).toBeVisible();
      await accessibleInBoth(page, 'templates');
      await look(page, 'template', () => page.getByRole('button', { name: /pedido_listo/ }).click(), 'dialog');

      await inbox.composer.locator('input[type=file]').setInputFiles({ name: 'a.bin', mimeType: 'application/x-none', buffer: Buffer.from('a') });
      await inbox.composer.getByRole('button', { name: 'Comment' }).click();
      await inbox.composer.getByRole('textbox').fill('Solo para nosotros');
      await accessibleInBoth(page, 'comment with a refused file');

      if (width < 1240) {
        await page.getByRole('button', { name: 'More actions' }).click();
        await page.getByRole('menuitem', { name: /Show contact details/ }).click();
      }
      const drawer = page.getByRole('complementary', { name: 'Contact details' });
      await drawer.getByRole('button', { name: /^Phone:/ }).click();
      await drawer.getByLabel('Phone').fill('12');
      await page.keyboard.press('Enter');
      await expect(drawer.getByRole('alert')).toBeVisible();
      await accessibleInBoth(page, 'drawer, editing');
    });

    test('settings', async ({ page }) => {
      test.setTimeout(120_000);
      await signIn(page, server);
      const paths = ['profile', 'workspace', 'channels', 'channels/new/whatsapp_cloud', 'channels/new/telegram', 'channels/new/webchat', 'tokens', 'jobs', ...channels.map((id) => `channels/${id}`)];
      for (const path of ['', ...paths]) {
        await page.goto(`${server.url}/settings/${path}`);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
        await accessibleInBoth(page, `settings/${path.replace(/\d+/, 'ID')}`);
      }
    });
  });
}
