import { expect } from '@playwright/test';
import { Inbox, signIn, test } from './app.ts';
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

test('a day’s work on a phone: comment, assign, snooze, schedule, template, voice, bell', async ({ page, context, server }) => {
  await context.grantPermissions(['microphone']);
  server.addOwner();
  const beto = server.addUser('Beto Agent', 'agent');
  await server.connect('whatsapp_cloud');
  await signIn(page, server);
  await server.customer(valentina.account, valentina.person, { kind: 'text', text: '¿A qué hora abren?' });
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  await inbox.row(valentina.name).tap();
  const box = inbox.composer.getByRole('textbox');

  // A comment that names a colleague.
  await inbox.composer.getByRole('button', { name: 'Comment', exact: true }).tap();
  await box.pressSequentially('Mira esto, @be');
  await page.getByRole('listbox', { name: 'Mention a colleague' }).getByRole('option').first().tap();
  await expect(box).toHaveValue('Mira esto, @Beto Agent ');
  await inbox.composer.getByRole('button', { name: /^Add comment/ }).tap();
  await expect(inbox.message('Mira esto, @Beto Agent')).toContainText('Comment');

  // Given to the colleague, and taken back.
  await page.getByRole('button', { name: /^Assign/ }).tap();
  await page.getByRole('option', { name: /Beto Agent/ }).tap();
  await expect(inbox.timeline.getByText(/You assigned .*Beto Agent/)).toBeVisible();

  // A template, written later, and a voice note.
  await inbox.composer.getByRole('button', { name: 'Reply', exact: true }).tap();
  await box.fill('Mañana le confirmo');
  await inbox.composer.getByRole('button', { name: 'Send later' }).tap();
  await page.getByRole('button', { name: /^Tomorrow/ }).first().tap();
  await expect(inbox.timeline.locator('[data-scheduled]')).toHaveText(/Mañana le confirmo/);
  await expect(inbox.timeline.locator('[data-scheduled]')).toBeInViewport();
  await inbox.composer.getByRole('button', { name: 'Template' }).tap();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('pedido_listo').first()).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.keyboard.press('Escape');
  await inbox.composer.getByRole('button', { name: /^Record/ }).tap();
  await expect(inbox.composer.getByText('Recording')).toBeVisible();
  await expect(inbox.composer).toContainText('0:01');
  await inbox.composer.getByRole('button', { name: 'Stop' }).tap();
  await inbox.composer.getByRole('button', { name: 'Send voice message' }).tap();
  await expect.poll(async () => (await server.phone(valentina.account, valentina.person)).filter((m) => !m.mine).map((m) => m.kind)).toContain('voice');

  // Put off until tomorrow: it leaves the list, and is found among those put off.
  await page.getByRole('button', { name: 'Snooze', exact: true }).tap();
  await page.getByRole('button', { name: /^Tomorrow/ }).first().tap();
  await expect(inbox.timeline.getByText(/^You snoozed the contact until/)).toBeVisible();
  await page.getByRole('button', { name: 'Back', exact: true }).tap();
  await expect(inbox.row(valentina.name)).toBeHidden();
  await page.getByRole('button', { name: /^Status/ }).tap();
  await page.getByRole('menuitemcheckbox', { name: 'Snoozed', exact: true }).tap();
  await expect(inbox.row(valentina.name)).toBeVisible();

  // The colleague's phone: the bell leads to the comment.
  const second = await (await page.context().browser()!.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })).newPage();
  await second.request.post(`${server.url}/api/v1/session`, { data: beto });
  await second.goto(`${server.url}/inbox/mine`);
  await second.getByRole('button', { name: /^Notifications, 2 new/ }).tap();
  await second.getByRole('button', { name: /mentioned you/ }).tap();
  await expect(new Inbox(second).message('Mira esto, @Beto Agent')).toBeInViewport();
  expect(await second.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
