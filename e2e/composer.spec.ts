import { expect, type Page } from '@playwright/test';
import { Inbox, signIn, test } from './app.ts';
import { accessible } from './axe.ts';
import { outsideWindow } from './kinds.ts';
import type { Server } from './server.ts';

// A request that the service worker is just taking over would pass by page.route.
test.use({ serviceWorkers: 'block' });

const lucia = /Lucía Gómez/;
const [account, person] = ['telegram', '7001001'];

/** A contact who has written, opened. */
async function begin(page: Page, server: Server): Promise<Inbox> {
  server.addOwner();
  await server.connect('telegram');
  await signIn(page, server);
  await server.customer(account, person, { kind: 'text', text: '¿Tienen rosas?' });
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  await inbox.open(lucia);
  return inbox;
}

const received = (server: Server) => expect.poll(() => server.received(account, person));

test('variables are found while typing, resolved when sent, and asked about where they have no value', async ({ page, server }) => {
  const inbox = await begin(page, server);
  await page.request.post(`${server.url}/api/v1/contact-fields`, { data: { name: 'Ciudad', slug: 'town', type: 'text' } });
  const box = inbox.composer.getByRole('textbox');
  const list = page.getByRole('listbox', { name: 'Variables' });

  // A price asks for nothing.
  await box.pressSequentially('Son $5 ');
  await expect(list).toHaveCount(0);
  await box.fill('');

  await box.pressSequentially('Hola $first');
  await expect(list.getByRole('option').first()).toHaveText(/First name.*Lucía/);
  await expect(box).toHaveAttribute('aria-activedescendant', /.+/);
  await page.keyboard.press('Enter');
  await expect(box).toHaveValue('Hola $contact.firstname');
  await expect(list).toHaveCount(0);
  // A custom field by its name; Escape leaves the text alone, and the composer open.
  await box.pressSequentially(' de $ciud');
  await expect(list.getByRole('option')).toHaveText(/Ciudad/);
  await page.keyboard.press('Escape');
  await expect(list).toHaveCount(0);
  await expect(box).toBeFocused();
  await box.press('Backspace');
  await box.press('Backspace');
  await box.press('Backspace');
  await box.press('Backspace');
  await box.press('Backspace');
  await inbox.composer.getByRole('button', { name: 'Variables' }).click();
  await page.keyboard.type('ciu');
  await page.keyboard.press('Tab');
  await expect(box).toHaveValue('Hola $contact.firstname de $contact.town');

  await page.keyboard.press('Enter');
  const doubt = inbox.composer.getByRole('alert');
  await expect(doubt).toContainText('$contact.town no value');
  await doubt.getByRole('button', { name: 'Change the text' }).click();
  expect(await box.evaluate((el: HTMLTextAreaElement) => el.value.slice(el.selectionStart, el.selectionEnd))).toBe('$contact.town');
  await page.keyboard.type('$contact.town|"su ciudad"');
  await page.keyboard.press('Enter');
  await received(server).toContain('Hola Lucía de su ciudad');
  await expect(inbox.message('Hola Lucía de su ciudad')).toBeVisible();

  await inbox.write('Vive en $contact.town');
  await doubt.getByRole('button', { name: 'Send anyway' }).click();
  await received(server).toContain('Vive en $contact.town');
});

test('snippets: made in the settings, taken by the slash, changed by a colleague', async ({ page, browser, server }) => {
  const inbox = await begin(page, server);
  await page.goto(`${server.url}/settings/snippets`);
  await expect(page.getByText('No snippets yet')).toBeVisible();
  await page.getByRole('button', { name: 'New snippet' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('dos palabras');
  await dialog.getByLabel('Text').fill('Buenos días, ');
  await dialog.getByLabel('Text').press('End');
  await dialog.getByLabel('Insert variable…').selectOption('$contact.firstname');
  await expect(dialog.getByLabel('As a contact reads it')).toContainText('Buenos días, Lucía');
  await dialog.locator('input[type=file]').setInputFiles({ name: 'menu.txt', mimeType: 'text/plain', buffer: Buffer.from('rosas') });
  await expect(dialog.getByText('menu.txt')).toBeVisible();
  await dialog.getByRole('radio', { name: 'Everybody' }).check();
  await dialog.getByRole('button', { name: 'Create snippet' }).click();
  await expect(dialog.getByText('Use letters, digits, - and _, without spaces.')).toBeVisible();
  await dialog.getByLabel('Name').fill('saludo');
  await dialog.getByRole('button', { name: 'Create snippet' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('listitem').filter({ hasText: '/saludo' })).toContainText('Everybody');

  await page.goto(`${server.url}/inbox/all`);
  await inbox.open(lucia);
  const box = inbox.composer.getByRole('textbox');
  const list = page.getByRole('listbox', { name: 'Snippets' });
  await box.pressSequentially('y/o /sal');
  await expect(list.getByRole('option')).toHaveText(/\/saludo.*Buenos días/);
  await page.keyboard.press('Enter');
  await expect(box).toHaveValue('y/o Buenos días, $contact.firstname');
  await expect(inbox.composer.getByText('menu.txt')).toBeVisible();
  await box.press('Enter');
  await expect.poll(async () => (await server.phone(account, person)).some((m) => m.media?.name === 'menu.txt' && m.text === 'y/o Buenos días, Lucía')).toBe(true);

  // A colleague, who may not change it, sees that it was changed.
  const agent = server.addUser('Beto Agent', 'agent');
  const other = await browser.newContext({ locale: 'en-US' });
  const second = await other.newPage();
  await second.request.post(`${server.url}/api/v1/session`, { data: agent });
  await second.goto(`${server.url}/settings/snippets`);
  const row = second.getByRole('listitem').filter({ hasText: '/saludo' });
  await expect(row).toContainText('Taken once');
  await expect(row.getByRole('button')).toHaveCount(0);
  await page.goto(`${server.url}/settings/snippets`);
  await page.getByRole('button', { name: 'Edit snippet: saludo' }).click();
  await dialog.getByLabel('Text').fill('Muy buenas');
  await dialog.getByRole('button', { name: 'Save changes' }).click();
  await expect(row).toContainText('Muy buenas');
  await page.getByLabel('Find by name or text').fill('nada');
  await expect(page.getByText('No snippet has “nada”')).toBeVisible();
  await page.getByLabel('Find by name or text').fill('BUENAS');
  await page.getByRole('button', { name: 'Delete: saludo' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(second.getByText('No snippets yet')).toBeVisible();
  await other.close();
});

test('a scheduled message is seen by all, changed, sent early, sent in its time after a crash', async ({ page, browser, server }) => {
  const inbox = await begin(page, server);
  const agent = server.addUser('Beto Agent', 'agent');
  const other = await browser.newContext({ locale: 'en-US' });
  const second = await other.newPage();
  await second.request.post(`${server.url}/api/v1/session`, { data: agent });
  await second.goto(page.url());
  const waiting = (p: Page) => p.getByRole('region', { name: 'Messages' }).locator('[data-scheduled]');

  const box = inbox.composer.getByRole('textbox');
  await box.fill('Mañana le cuento, $contact.firstname');
  await inbox.composer.getByRole('button', { name: 'Send later' }).click();
  await page.getByRole('button', { name: /^Tomorrow morning/ }).click();
  await expect(box).toHaveValue('');
  await expect(waiting(page)).toContainText('Mañana le cuento, $contact.firstname');
  await expect(waiting(second)).toContainText('by Laura Medina');
  await page.reload();
  await expect(waiting(page)).toContainText('Goes ');

  await second.getByRole('button', { name: 'Edit', exact: true }).click();
  const dialog = second.getByRole('dialog', { name: 'Edit scheduled message' });
  await dialog.getByLabel('Text').fill('Hoy le cuento, $contact.firstname');
  await dialog.getByLabel('When').fill('2020-01-01T10:00');
  await dialog.locator('form').evaluate((f: HTMLFormElement) => {
    f.noValidate = true;
  });
  await dialog.getByRole('button', { name: 'Schedule' }).click();
  await expect(dialog.getByText('This time is in the past. Choose a later one.')).toBeVisible();
  const tomorrow = new Date(Date.now() + 30 * 3_600_000).toISOString().slice(0, 16);
  await dialog.getByLabel('When').fill(tomorrow);
  await dialog.getByRole('button', { name: 'Schedule' }).click();
  await expect(waiting(page)).toContainText('Hoy le cuento');
  await expect(waiting(page)).toContainText('by Beto Agent');
  await page.getByRole('button', { name: 'Send now' }).click();
  await received(server).toContain('Hoy le cuento, Lucía');
  await expect(waiting(second)).toHaveCount(0);
  await expect(inbox.message('Hoy le cuento, Lucía')).toHaveCount(1);

  // One that is called off, and one whose time comes while the server is down.
  const url = `/contacts/${page.url().split('/').at(-1)}/scheduled`;
  await server.api('POST', url, { text: 'nunca', send_at: new Date(Date.now() + 3_600_000) });
  await waiting(page).getByRole('button', { name: 'Cancel message' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel message' }).click();
  await expect(waiting(page)).toHaveCount(0);
  await server.api('POST', url, { text: 'a su hora', send_at: new Date(Date.now() + 1500) });
  await server.kill();
  await server.run();
  await received(server).toContain('a su hora');
  await expect(inbox.message('a su hora')).toHaveCount(1);
  expect((await server.received(account, person)).filter((t) => t === 'a su hora')).toHaveLength(1);
  expect(await server.received(account, person)).not.toContain('nunca');

  // Blocked meanwhile: it fails, says why, and can be sent again.
  await server.api('POST', url, { text: 'con paciencia', send_at: new Date(Date.now() + 1000) });
  await server.api('POST', url.replace('scheduled', 'block'), {});
  await expect(waiting(page)).toContainText('Wasn’t sent');
  await expect(waiting(page)).toContainText('This contact is blocked.');
  await page.getByRole('button', { name: 'Unblock contact' }).first().click();
  await waiting(page).getByRole('button', { name: 'Send now' }).click();
  await received(server).toContain('con paciencia');
  await other.close();
});

test('what was sent can be taken back for some seconds, and the order is kept', async ({ page, server }) => {
  const inbox = await begin(page, server);
  await page.goto(`${server.url}/settings/profile`);
  await page.getByLabel('Undo sending').selectOption('30 seconds');
  await page.goto(`${server.url}/inbox/all`);
  await inbox.open(lucia);
  const box = inbox.composer.getByRole('textbox');
  await expect(inbox.message('¿Tienen rosas?')).toBeVisible(); // it is what the key answers
  await page.keyboard.press('Shift+R');
  await expect(inbox.composer.getByText('Reply to Lucía Gómez')).toBeVisible();
  await inbox.write('Una cosa');
  await expect(inbox.timeline.getByText(/Sending in \d+ s/)).toBeVisible();
  await inbox.write('Otra cosa');
  await expect(inbox.timeline.locator('[data-scheduled]')).toHaveText([/Una cosa/, /Otra cosa/]);
  // The last one, by keyboard; the first, by its button.
  await expect(box).toHaveValue('');
  await box.press('Control+z');
  await expect(box).toHaveValue('Otra cosa');
  await expect(inbox.timeline.getByText('Otra cosa')).toHaveCount(0);
  await inbox.timeline.getByRole('button', { name: 'Undo' }).click();
  await expect(box).toHaveValue('Una cosa\nOtra cosa');
  await expect(inbox.composer.getByText('Reply to Lucía Gómez')).toBeVisible();
  await inbox.composer.getByRole('button', { name: 'Cancel reply' }).click();
  await box.fill('');
  expect(await server.received(account, person)).toEqual([]);

  await page.request.patch(`${server.url}/api/v1/me`, { data: { undo_send: 5 } });
  await page.reload();
  for (const text of ['uno', 'dos', 'tres']) await inbox.write(text);
  await received(server).toEqual(['uno', 'dos', 'tres']);
  await expect(inbox.timeline.locator('[data-scheduled]')).toHaveCount(0);
  await expect(inbox.message('tres')).toHaveCount(1);
});

test('a draft is there after a reload in the same moment, on the next device, and gone once sent', async ({ page, browser, server }) => {
  const inbox = await begin(page, server);
  const box = inbox.composer.getByRole('textbox');
  const comment = inbox.composer.getByRole('button', { name: 'Comment', exact: true });

  let asked = false;
  // The words before the reload reach the server after the page was asked for.
  await page.route('**/draft', async (route) => {
    await expect.poll(() => asked).toBe(true);
    await route.continue().catch(() => {});
  });
  await comment.click();
  await box.fill('Le gusta el rojo');
  page.on('response', (r) => {
    if (/\/contacts\/\d+$/.test(r.url())) asked = true;
  });
  await page.reload();
  await expect(box).toHaveValue('Le gusta el rojo');
  await expect(comment).toHaveAttribute('aria-pressed', 'true');
  await page.unroute('**/draft');

  const other = await (await browser.newContext()).newPage();
  await signIn(other, server);
  const there = new Inbox(other);
  await expect(async () => {
    await other.goto(page.url());
    await expect(there.composer.getByRole('textbox')).toHaveValue('Le gusta el rojo', { timeout: 1000 });
  }).toPass();

  await box.press('Enter');
  await expect(inbox.message('Le gusta el rojo')).toBeVisible();
  await expect(async () => {
    await other.reload();
    await expect(there.message('Le gusta el rojo')).toBeVisible();
    await expect(there.composer.getByRole('textbox')).toHaveValue('', { timeout: 1000 });
  }).toPass();
  await page.reload();
  await expect(inbox.message('Le gusta el rojo')).toBeVisible();
  await expect(box).toHaveValue('');
});

test('who types on at once after choosing or turning to a comment loses no key', async ({ page, server }) => {
  server.addUser('Beto Agente', 'agent');
  const inbox = await begin(page, server);
  const box = inbox.composer.getByRole('textbox');
  await expect(box).toBeVisible();
  await page.keyboard.press('c');
  await page.keyboard.type('Rosas ');
  await inbox.composer.getByRole('button', { name: 'Emoji' }).click();
  const emoji = page.getByRole('dialog', { name: 'Emoji' });
  await emoji.getByRole('searchbox').fill('rose');
  await expect(emoji.getByRole('button', { name: /^rose/i }).first()).toBeVisible();
  await page.keyboard.press('Enter');
  await page.keyboard.type(' y ');
  await inbox.composer.getByRole('button', { name: 'Emoji' }).click();
  await emoji.getByRole('button', { name: /^tulip/i }).click();
  await page.keyboard.type(' para @be');
  await page.keyboard.press('Enter');
  await page.keyboard.type('hoy');
  await expect(box).toHaveValue(/^Rosas \p{Extended_Pictographic} y \p{Extended_Pictographic} para @Beto Agente hoy$/u);
  await page.keyboard.press('Enter');
  await expect(inbox.message('para @Beto Agente hoy')).toBeVisible();
});

test('the timeline goes to a date', async ({ page, server }) => {
  const inbox = await begin(page, server);
  await inbox.write('hoy');
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Go to date…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Go to date' });
  await dialog.getByLabel('Date').fill('2021-03-04');
  await dialog.getByRole('button', { name: 'Go' }).click();
  await expect(page).toHaveURL(/m=\d+/);
  await expect(inbox.message('¿Tienen rosas?')).toBeVisible();
});

// No channel of today's has tags: the browser is told that Telegram had Messenger's rules,
// and the server is spared the tag. What the server does with one is inbox TestMessagingWindow.
test('outside the messaging window a message is written with a tag, where the channel takes them', async ({ page, server }) => {
  const tags = [
    { value: 'ACCOUNT_UPDATE', name: 'Account update', help: 'News about the account of the contact.' },
    { value: 'POST_PURCHASE_UPDATE', name: 'After a purchase', help: '' },
  ];
  await outsideWindow(page, tags);
  const sent: Record<string, unknown>[] = [];
  await page.route(/\/api\/v1\/contacts\/\d+\/messages$/, async (route) => {
    if (route.request().method() !== 'POST') return route.fallback();
    const { tag, ...rest } = route.request().postDataJSON();
    sent.push({ tag, text: rest.text });
    await route.continue({ postData: JSON.stringify(rest) });
  });
  const inbox = await begin(page, server);
  await expect(inbox.composer).toContainText('More than 168 h have passed since the contact last wrote.');
  await expect(inbox.composer.getByRole('textbox')).toHaveCount(0);
  await inbox.composer.getByRole('button', { name: 'Write a tagged message' }).click();
  const about = inbox.composer.getByRole('combobox', { name: 'About' });
  await expect(about).toBeFocused();
  await inbox.composer.getByRole('textbox').fill('Su cuenta está lista');
  await expect(inbox.composer.getByRole('button', { name: /^Send ↵/ })).toHaveAttribute('aria-disabled', 'true');
  await about.selectOption('Account update');
  await expect(inbox.composer).toContainText('News about the account of the contact.');
  await accessible(page);
  await inbox.composer.getByRole('textbox').press('Enter');
  await received(server).toContain('Su cuenta está lista');
  expect(sent).toEqual([{ tag: 'ACCOUNT_UPDATE', text: 'Su cuenta está lista' }]);
  await expect(inbox.composer.getByRole('button', { name: 'Write a tagged message' })).toBeVisible();
  // What is still being asked when the server stops is nobody's failure.
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});
