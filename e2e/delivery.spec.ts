import { expect, type Locator } from '@playwright/test';
import { Inbox, signIn, test } from './app.ts';
import { accessible } from './axe.ts';
import { lucia, ticks, valentina } from './kinds.ts';

// What goes by the service worker would pass by page.route.
test.use({ serviceWorkers: 'block' });

test('who sent a message and how it fared is told by pointing and by the keyboard; a failure has the provider’s words', async ({ page, server }) => {
  server.addOwner();
  await server.connect('whatsapp_cloud');
  await signIn(page, server);
  const c = valentina;
  await server.reading(c.account, c.person, true);
  await server.customer(c.account, c.person, { kind: 'text', text: 'Buenas' });
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  await inbox.open(c.name);
  await inbox.write('Buenos días');
  await ticks(inbox.message('Buenos días'), 'Read');

  const footer = (text: string) => inbox.message(text).getByRole('button', { name: /^Message details/ });
  const details = page.getByRole('tooltip').filter({ hasText: 'Sender' });
  await footer('Buenos días').hover();
  await expect(details).toContainText('Laura Medina · Human');
  for (const words of ['WhatsApp', 'Written', 'Sent', 'Delivered', 'Read']) await expect(details).toContainText(words);
  await page.mouse.move(0, 0);
  await expect(details).toHaveCount(0);
  await footer('Buenas').focus();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Tab');
  await expect(details).toContainText('Valentina Ruiz · Contact');
  await page.keyboard.press('Escape');
  await expect(details).toHaveCount(0);
  await expect(page).toHaveURL(/\/inbox\/all\/\d+/); // only the details are closed

  // A program's message is the API's.
  await server.api('POST', new URL(page.url()).pathname.replace('/inbox/all', '/contacts') + '/messages', { text: 'Su factura' });
  await footer('Su factura').hover();
  await expect(details).toContainText('Laura Medina · API');
  await page.mouse.move(0, 0);
  await ticks(inbox.message('Su factura'), 'Read'); // it has no more news, which would be without the tag

  // No channel of today's has tags: the browser is told that this message had one. It went by the provider's leave.
  const messages = /\/api\/v1\/contacts\/\d+\/messages/;
  await page.route(messages, async (route) => {
    const answer = await route.fetch();
    const json = await answer.json();
    for (const m of json.items) if (m.content?.text === 'Su factura') m.content.tag = 'ACCOUNT_UPDATE';
    await route.fulfill({ response: answer, json });
  });
  await page.reload();
  await footer('Su factura').focus();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Tab');
  await expect(details).toContainText('Facebook Messenger Message Tag · Provider');
  await expect(details).toContainText('Sent byLaura Medina');
  await page.keyboard.press('Escape');
  await page.unrouteAll({ behavior: 'wait' });

  // WhatsApp doesn't tell that somebody blocked us: sending does.
  await server.customer(c.account, c.person, { kind: 'block' });
  await inbox.write('¿Sigue ahí?');
  const failed = inbox.message('¿Sigue ahí?');
  await expect(failed).toContainText('Message undeliverable');
  await ticks(failed, 'Not sent');
  await server.customer(c.account, c.person, { kind: 'unblock' });
  await failed.getByRole('button', { name: 'Retry' }).click();
  await ticks(failed, 'Read');
});

/** How long something sounds, in seconds, as the browser reads it. A recording as it came from the microphone has no length. */
const heard = (audio: Locator) =>
  audio.evaluate(async (el: HTMLAudioElement) => {
    el.load();
    await new Promise((done, failed) => {
      el.onloadedmetadata = done;
      el.onerror = () => failed(new Error(el.error?.message));
      el.preload = 'metadata';
    });
    return el.duration;
  });

for (const c of [lucia, valentina]) {
  test(`a voice note is recorded, heard and sent over ${c.account}, and ends after five minutes`, async ({ page, server }) => {
    server.addOwner();
    await server.connect(c.account === 'telegram' ? 'telegram' : 'whatsapp_cloud');
    await signIn(page, server);
    await page.clock.install();
    await server.customer(c.account, c.person, { kind: 'text', text: 'Buenas' });
    await page.goto(`${server.url}/inbox/all`);
    const inbox = new Inbox(page);
    await inbox.open(c.name);
    const record = inbox.composer.getByRole('button', { name: /^Record/ });
    await record.click();
    await expect(inbox.composer.getByText('Recording')).toBeVisible();
    await expect(inbox.composer).toContainText('0:01');
    await inbox.composer.getByRole('button', { name: 'Stop' }).click();
    const length = await heard(inbox.composer.locator('audio'));
    expect(length).toBeGreaterThan(0.5);
    expect(length).toBeLessThan(60);
    await inbox.composer.getByRole('button', { name: 'Send voice message' }).click();
    const voices = async () => (await server.phone(c.account, c.person)).filter((m) => !m.mine).map((m) => m.kind);
    await expect.poll(voices).toEqual(['voice']);
    const note = inbox.timeline.getByRole('article').last();
    await expect(note.getByRole('button', { name: 'Play' })).toBeVisible();
    await ticks(note, 'Sent|Delivered|Read');
    expect(await heard(note.locator('audio'))).toBe(length);

    await record.click();
    await expect(inbox.composer).toContainText('0:01');
    await page.clock.fastForward('05:00');
    await expect(inbox.composer.getByRole('button', { name: 'Stop' })).toHaveCount(0);
    await expect(inbox.composer.getByRole('button', { name: 'Play' })).toBeVisible();
    await expect(inbox.composer).toContainText(/5:0\d/);
    await inbox.composer.getByRole('button', { name: 'Discard the recording' }).click();
    await expect(inbox.composer.getByRole('textbox')).toBeVisible();
    expect(await voices()).toEqual(['voice']);
  });
}

test('what brought a contact is told with the conversation it opened: a link’s code, an advertisement’s ids and address', async ({ page, context, server }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  server.addOwner();
  await server.connect('whatsapp_cloud');
  await server.connect('telegram');
  await signIn(page, server);
  await server.customer(lucia.account, lucia.person, { kind: 'start', text: 'promo-24' });
  await server.customer(valentina.account, valentina.person, { kind: 'start', text: 'Rosas de mayo' });
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  await inbox.open(lucia.name);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await expect(inbox.timeline).toContainText('Came through a link');
  // The conversation’s opening and the welcome both tell it.
  await inbox.timeline.getByRole('button', { name: 'Copy: Code promo-24' }).first().click();
  await expect.poll(copied).toBe('promo-24');
  await inbox.open(valentina.name);
  for (const words of ['Came through an advertisement', 'Rosas de mayo', 'Flores frescas']) await expect(inbox.timeline).toContainText(words);
  await expect(inbox.timeline.getByText('Address', { exact: true })).toBeVisible();
  const link = inbox.timeline.getByRole('link', { name: 'https://fb.me/sim' });
  await expect(link).toHaveAttribute('href', 'https://fb.me/sim');
  await expect(link).toHaveAttribute('rel', 'noopener noreferrer');
  await inbox.timeline.getByRole('button', { name: 'Copy: Ad id 120226305854810726' }).click();
  await expect.poll(copied).toBe('120226305854810726');
  // Pointing and the keyboard show a value whole.
  const click = inbox.timeline.getByRole('button', { name: 'Copy: Click id AffSim' });
  await link.focus();
  await page.keyboard.press('Shift+Tab');
  await expect(click).toBeFocused();
  await expect(page.locator('div.fixed[aria-hidden]', { hasText: 'AffSim' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect.poll(copied).toBe('AffSim');
  await accessible(page);
});
