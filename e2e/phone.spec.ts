import { expect } from '@playwright/test';
import { Inbox, test } from './app.ts';
import { lucia, mateo, ticks, valentina } from './kinds.ts';
import { owner } from './server.ts';

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

test('the main path on a phone', async ({ page, context, server }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  server.addOwner();
  await server.connect('telegram');
  await server.connect('whatsapp_cloud');
  await server.customer(mateo.account, mateo.person, { kind: 'text', text: 'Buenos días' });
  await server.customer(valentina.account, valentina.person, { kind: 'text', text: '¿A qué hora abren?' });
  await page.goto(`${server.url}/login?next=/inbox/all`);
  await page.getByLabel('E-mail').fill(owner.email);
  await page.getByLabel('Password', { exact: true }).fill(owner.password);
  await page.getByRole('button', { name: 'Sign in' }).tap();

  // One pane at a time: the list with the bar below it, then the conversation without.
  const inbox = new Inbox(page);
  const bar = page.getByRole('navigation', { name: 'Modules' });
  await expect(inbox.row(mateo.name)).toBeVisible();
  await expect(bar).toBeVisible();
  await inbox.row(valentina.name).tap();
  await expect(inbox.message('¿A qué hora abren?')).toBeInViewport();
  await expect(bar).toBeHidden();
  await expect(inbox.list).toBeHidden();

  await inbox.composer.getByRole('textbox').fill('A las ocho');
  await inbox.composer.getByRole('button', { name: /^Send(?! later)/ }).tap();
  await ticks(inbox.message('A las ocho'), 'Delivered');
  await server.customer(valentina.account, valentina.person, { kind: 'text', text: 'Gracias' });
  await expect(inbox.message('Gracias')).toBeInViewport();

  // No pointing on a phone: one button has a message's actions.
  const actions = (text: string) => inbox.message(text).getByRole('button', { name: 'Message actions' });
  await actions('Gracias').tap();
  await page.getByRole('menuitemcheckbox', { name: 'React 🙏' }).tap();
  await expect(inbox.message('Gracias').getByText('We reacted: 🙏')).toBeAttached();
  await actions('Gracias').tap();
  await page.getByRole('menuitem', { name: 'Copy text' }).tap();
  await expect(page.getByText('Copied', { exact: true })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('Gracias');
  await actions('A las ocho').tap();
  await page.getByRole('menuitem', { name: 'Copy link' }).tap();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/\/inbox\/all\/\d+\?m=\d+$/);
  await actions('Gracias').tap();
  await page.getByRole('menuitem', { name: 'Reply' }).tap();
  await expect(inbox.composer.getByRole('textbox')).toBeFocused();
  await inbox.composer.getByRole('textbox').fill('A la orden');
  await inbox.composer.getByRole('button', { name: /^Send(?! later)/ }).tap();
  await expect(inbox.message('A la orden').getByRole('button', { name: /Go to the original message: .*Gracias/ })).toBeVisible();

  // The contact's details cover the conversation and go away again.
  await page.getByRole('button', { name: 'More actions' }).tap();
  await page.getByRole('menuitem', { name: /Show contact details/ }).tap();
  const details = page.getByRole('dialog', { name: 'Contact details' });
  await expect(details.getByText('+593 98 765 4321').first()).toBeVisible();
  await details.getByRole('button', { name: 'Hide contact details' }).tap();
  await expect(details).toBeHidden();

  // Back by the button, and by the phone's own gesture.
  await page.getByRole('button', { name: 'Back' }).tap();
  await expect(inbox.row(valentina.name)).toContainText('You: A la orden');
  await inbox.row(mateo.name).tap();
  await expect(inbox.message('Buenos días')).toBeVisible();
  await page.goBack();
  await expect(inbox.row(mateo.name)).toBeVisible();
  await server.customer(lucia.account, lucia.person, { kind: 'text', text: 'Hola' });
  await expect(inbox.row(lucia.name)).toContainText('1 unread message');

  await inbox.row(valentina.name).tap();
  await page.getByRole('button', { name: 'Close conversation' }).tap();
  await expect(inbox.timeline.getByText('You closed the conversation')).toBeVisible();
  // Nothing is wider than the phone.
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.getByRole('button', { name: 'Back' }).tap();
  await bar.getByRole('link', { name: 'Settings' }).tap();
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
});
