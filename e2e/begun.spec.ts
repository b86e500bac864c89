import { expect, type Page } from '@playwright/test';
import { type Inbox, people, test, three } from './app.ts';
import { accessible } from './axe.ts';

// What was begun stays what it was, where it was: words, whom they are for, files, the
// place in the list.

// A request that the service worker is just taking over would pass by page.route.
test.use({ serviceWorkers: 'block' });

const [lucia, mateo, hannah] = people.map(([, name]) => name) as [RegExp, RegExp, RegExp];

const tabs = (inbox: Inbox) => ({
  box: inbox.composer.getByRole('textbox'),
  reply: inbox.composer.getByRole('button', { name: /^Reply/ }),
  comment: inbox.composer.getByRole('button', { name: /^Comment/ }),
});
const drafted = (page: Page) => page.waitForResponse((r) => r.url().endsWith('/draft') && r.ok());

test('a note for colleagues never becomes part of a reply', async ({ page, server }) => {
  server.addOwner();
  const inbox = await three(page, server);
  await server.api('POST', '/snippets', { name: 'Horario', text: 'Abrimos a las 9' });
  await server.api('PATCH', '/me', { undo_send: 30 });
  await page.reload();
  await inbox.open(lucia);
  const { box, reply, comment } = tabs(inbox);

  // A snippet by the palette goes where one writes.
  await comment.click();
  await box.fill('Ojo:  si pregunta');
  await box.evaluate((el: HTMLTextAreaElement) => el.setSelectionRange(5, 5));
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('combobox').fill('Horario');
  await expect(page.getByRole('option', { name: /Horario/ })).toBeVisible();
  await page.getByRole('option', { name: /Horario/ }).click();
  await expect(box).toHaveValue('Ojo: Abrimos a las 9 si pregunta');
  await expect(comment).toHaveAttribute('aria-pressed', 'true');
  await box.fill('');

  // What is taken back comes into its own tab; what stood in the other waits there.
  await reply.click();
  await inbox.write('Buenas tardes');
  await expect(inbox.timeline.getByText(/Sending in \d+ s/)).toBeVisible();
  await comment.click();
  await box.fill('No le cobren el envío');
  await inbox.timeline.getByRole('button', { name: 'Undo' }).click();
  await expect(box).toHaveValue('Buenas tardes');
  await expect(reply).toHaveAttribute('aria-pressed', 'true');
  await expect(comment).toHaveAccessibleName(/draft/);
  await comment.click();
  await expect(box).toHaveValue('No le cobren el envío');
  await reply.click();
  await expect(box).toHaveValue('Buenas tardes');

  // A message answered while a note is being written.
  await comment.click();
  await inbox.message('hola').hover();
  await inbox.message('hola').getByRole('button', { name: /Reply/ }).click();
  await expect(box).toHaveValue('Buenas tardes');
  await expect(reply).toHaveAttribute('aria-pressed', 'true');

  // What is undone after one has gone on is found in its conversation.
  await box.press('Enter');
  await expect(inbox.timeline.getByText(/Sending in \d+ s/)).toBeVisible();
  let gone = () => {};
  const left = new Promise<void>((resolve) => {
    gone = resolve;
  });
  await page.route('**/scheduled/*', async (route) => {
    await left;
    await route.continue();
  });
  await inbox.timeline.getByRole('button', { name: 'Undo' }).click();
  await inbox.open(mateo);
  await expect(box).toHaveValue('');
  const saved = drafted(page);
  gone();
  await saved;
  await inbox.open(lucia);
  await expect(box).toHaveValue('Buenas tardes');
  await expect(reply).toHaveAttribute('aria-pressed', 'true');
  expect(await server.received('telegram', people[0][0])).toEqual([]);
});

test('a draft keeps its tab, its files and what it answers, and outlives a server that doesn’t take it', async ({ page, server }) => {
  server.addOwner();
  const inbox = await three(page, server);
  await inbox.open(lucia);
  const { box, reply, comment } = tabs(inbox);
  let saved = drafted(page);
  await box.fill('Pregunta por el precio');
  await saved;
  // Only the tab is changed.
  await comment.click();
  await inbox.open(mateo);
  await expect(box).toHaveValue('');
  await inbox.open(lucia);
  await expect(box).toHaveValue('Pregunta por el precio');
  await expect(comment).toHaveAttribute('aria-pressed', 'true');
  await page.reload();
  await expect(box).toHaveValue('Pregunta por el precio');
  await expect(comment).toHaveAttribute('aria-pressed', 'true');

  // Files wait for the reply: a comment goes without them.
  await reply.click();
  await inbox.composer.locator('input[type=file]').first().setInputFiles({ name: 'lista.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n%%EOF') });
  await expect(inbox.composer.getByText('lista.pdf')).toBeVisible();
  await expect(inbox.composer.getByText(/^\d+ B$/)).toBeVisible();
  await inbox.open(mateo);
  await inbox.open(lucia);
  await expect(inbox.composer.getByText('lista.pdf')).toBeVisible();
  await comment.click();
  await expect(inbox.composer.getByText('lista.pdf')).toHaveCount(0);
  await box.press('Enter');
  await expect(inbox.message('Pregunta por el precio')).toBeVisible();
  await expect(inbox.timeline.getByRole('button', { name: /Retry/ })).toHaveCount(0);
  await reply.click();
  await expect(inbox.composer.getByText('lista.pdf')).toBeVisible();
  await inbox.composer.getByRole('button', { name: /^Remove/ }).click();

  // The server takes no draft for a while.
  await page.route('**/draft', (route) => route.abort());
  await box.fill('Esto no se pierde');
  await inbox.open(mateo);
  await inbox.open(lucia);
  await expect(box).toHaveValue('Esto no se pierde');
  await page.reload();
  await expect(box).toHaveValue('Esto no se pierde');
  await page.unroute('**/draft');
  saved = drafted(page);
  await page.reload();
  await saved;
  await expect(box).toHaveValue('Esto no se pierde');
});

test('what is sent while its variables are looked at is sent once, as it was, and when it was to be', async ({ page, server }) => {
  server.addOwner();
  const inbox = await three(page, server);
  await page.request.post(`${server.url}/api/v1/contact-fields`, { data: { name: 'Ciudad', slug: 'town', type: 'text' } });
  await inbox.open(lucia);
  const { box } = tabs(inbox);
  let answer = () => {};
  await page.route('**/preview', async (route) => {
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    await route.continue();
  });
  await box.fill('Hola $contact.firstname');
  const asked = page.waitForRequest('**/preview');
  await box.press('Enter');
  await asked;
  await expect(box).not.toBeEditable();
  // Gone on meanwhile: it is sent, and no draft of it is left.
  await inbox.open(mateo);
  answer();
  await expect.poll(() => server.received('telegram', people[0][0])).toEqual(['Hola Lucía']);
  await inbox.open(lucia);
  await expect(inbox.message('Hola Lucía')).toBeVisible();
  await expect(box).toHaveValue('');
  await page.reload();
  await expect(inbox.message('Hola Lucía')).toBeVisible();
  await expect(box).toHaveValue('');
  await page.unroute('**/preview');

  // To be sent later, with a variable that has no value: it isn't sent now.
  await box.fill('Vive en $contact.town');
  await inbox.composer.getByRole('button', { name: 'Send later' }).click();
  await page.getByRole('button', { name: /^Tomorrow/ }).first().click();
  await expect(inbox.composer.getByRole('alert')).toContainText('no value');
  await box.press('Enter');
  await expect(inbox.timeline.locator('[data-scheduled]')).toHaveText(/Vive en/);
  expect(await server.received('telegram', people[0][0])).toEqual(['Hola Lucía']);
});

test('after closing, the next is the next of the list; keys are the selection’s while there is one', async ({ page, server }) => {
  server.addOwner();
  const inbox = await three(page, server);
  await inbox.open(mateo);
  await page.keyboard.press('e');
  await expect(inbox.row(mateo)).toHaveCount(0);
  await page.keyboard.press('j');
  await expect(page.getByRole('heading', { name: lucia, level: 1 })).toBeVisible();
  await page.keyboard.press('k');
  await expect(page.getByRole('heading', { name: hannah, level: 1 })).toBeVisible();

  await page.keyboard.press('x');
  await page.keyboard.press('j');
  await expect(page.getByRole('heading', { name: lucia, level: 1 })).toBeVisible();
  await page.keyboard.press('x');
  await expect(page.getByRole('toolbar', { name: 'Selected contacts' })).toContainText('2 selected');
  await page.keyboard.press('e');
  await expect(page.getByText(/^Closed · 2 contacts/)).toBeVisible();
  await expect(inbox.row(hannah)).toHaveCount(0);
});

test('details over the conversation take the keys and the focus, and Escape closes them alone', async ({ page, server }) => {
  await page.setViewportSize({ width: 1100, height: 800 });
  server.addOwner();
  const inbox = await three(page, server);
  await inbox.open(mateo);
  const details = page.getByRole('dialog', { name: 'Contact details' });
  await page.keyboard.press(']');
  await expect(details).toBeFocused();
  await accessible(page);
  await page.keyboard.press('e');
  await page.keyboard.press('Shift+Tab');
  await expect(details.locator(':focus')).toHaveCount(1);
  await page.keyboard.press('Tab');
  await expect(details.getByRole('button', { name: 'Hide contact details' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(details).toHaveCount(0);
  await expect(page.getByRole('heading', { name: mateo, level: 1 })).toBeVisible();
  await expect(inbox.row(mateo)).toHaveCount(1);
  await page.keyboard.press(']');
  await expect(details).toBeVisible();
  await page.keyboard.press(']');
  await expect(details).toHaveCount(0);
});

test('what is searched may have a space at its end for a moment', async ({ page, server }) => {
  server.addOwner();
  const inbox = await three(page, server);
  const box = page.getByRole('searchbox', { name: 'Search contacts and messages' });
  await box.pressSequentially('lucía ');
  await expect(page).toHaveURL(/q=luc/);
  await expect(box).toHaveValue('lucía ');
  await box.pressSequentially('gó');
  await expect(box).toHaveValue('lucía gó');
  await expect(inbox.row(lucia)).toHaveCount(1);
  await expect(inbox.row(mateo)).toHaveCount(0);
});
