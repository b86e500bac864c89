import { expect } from '@playwright/test';
import { Inbox, signIn, test } from './app.ts';
import { lucia, valentina } from './kinds.ts';

test('a contact with a phone is added and written to first on WhatsApp, with a template', async ({ page, server }) => {
  server.addOwner();
  await server.connect('whatsapp_cloud');
  await server.connect('telegram');
  await signIn(page, server);
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  await page.getByRole('button', { name: 'Add contact' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Add contact' });
  await dialog.getByLabel('First name').fill('Valentina');
  await dialog.getByLabel('Phone').fill(`+${valentina.person}`);
  await dialog.getByRole('button', { name: 'Add contact' }).click();
  await expect(inbox.composer).toContainText('WhatsApp lets you begin a conversation only with an approved template.');
  await inbox.composer.getByRole('button', { name: 'Choose a template' }).click();
  const templates = page.getByRole('dialog');
  await templates.getByRole('button', { name: /hello_world/ }).click();
  await templates.getByRole('button', { name: 'Send template' }).click();
  await expect.poll(async () => (await server.phone(valentina.account, valentina.person)).map((m) => m.template)).toEqual(['hello_world']);
  await expect(inbox.timeline.getByText('You opened the conversation')).toBeVisible();

  // Whoever writes on Telegram is reached on WhatsApp as well, once the phone is known.
  await server.customer(lucia.account, lucia.person, { kind: 'text', text: 'hola' });
  await inbox.open(lucia.name);
  const details = page.getByRole('complementary', { name: 'Contact details' });
  await details.getByRole('button', { name: /^Phone:/ }).click();
  await details.getByLabel('Phone').fill('+593987651111');
  await page.keyboard.press('Enter');
  await expect(details).toContainText('Not used yet');
  await inbox.composer.getByRole('button', { name: /^Send through/ }).click();
  await page.getByRole('menuitemcheckbox', { name: /WhatsApp/ }).click();
  await expect(inbox.composer.getByRole('button', { name: 'Choose a template' })).toBeVisible();
});

test('whoever sees only their own contacts begins in their inbox, and an inbox that is gone leads there', async ({ page, browser, server }) => {
  server.addOwner();
  const beto = server.addUser('Beto Agent', 'agent');
  await server.connect('telegram');
  await server.customer(lucia.account, lucia.person, { kind: 'text', text: 'hola' });
  const { items } = await server.api<{ items: { id: string; email: string }[] }>('GET', '/users');
  const id = items.find((u) => u.email === beto.email)!.id;
  await server.api('PATCH', `/users/${id}`, { visibility: 'own' });
  const { items: found } = await server.api<{ items: { id: string }[] }>('GET', '/inboxes/all/contacts');
  await server.api('POST', `/contacts/${found[0]!.id}/assign`, { user_id: id });

  const theirs = await (await browser.newContext({ locale: 'en-US' })).newPage();
  await theirs.request.post(`${server.url}/api/v1/session`, { data: beto });
  await theirs.goto(server.url);
  await expect(theirs).toHaveURL(/\/inbox\/mine/);
  await expect(new Inbox(theirs).row(lucia.name)).toBeVisible();
  // A link of a colleague's leads to the contact all the same.
  await theirs.goto(`${server.url}/inbox/all/${found[0]!.id}`);
  await expect(theirs).toHaveURL(new RegExp(`/inbox/mine/${found[0]!.id}`));
  await expect(new Inbox(theirs).message('hola')).toBeVisible();

  const { id: team } = await server.api<{ id: string }>('POST', '/teams', { name: 'Sales', user_ids: [id] });
  await signIn(page, server);
  await page.goto(`${server.url}/inbox/team-${team}`);
  await expect(new Inbox(page).row(lucia.name)).toBeVisible();
  await server.api('DELETE', `/teams/${team}`);
  await page.goto(server.url);
  await expect(page).toHaveURL(/\/inbox\/mine/);
  await expect(page.getByText(/couldn’t be loaded/)).toHaveCount(0);
});

test('those who wait for an answer are listed, and stay listed while they are opened', async ({ page, server }) => {
  server.addOwner();
  await server.connect('telegram');
  for (const [person, text] of [
    ['7001001', 'hola'],
    ['7001002', 'buenas'],
  ] as const)
    await server.customer('telegram', person, { kind: 'text', text });
  await signIn(page, server);
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  await inbox.open(lucia.name);
  await inbox.write('¿En qué le ayudo?');
  await page.getByRole('button', { name: 'Status: Open' }).click();
  await page.getByRole('menuitemcheckbox', { name: /Unreplied|waiting/i }).click();
  await expect(inbox.row(/Mateo Andrade/)).toBeVisible();
  await expect(inbox.row(lucia.name)).toHaveCount(0);
  await inbox.open(/Mateo Andrade/);
  await expect(page).toHaveURL(/unreplied=true/);
  await expect(inbox.row(lucia.name)).toHaveCount(0);
  await inbox.write('Buenas tardes');
  await expect(inbox.row(/Mateo Andrade/)).toHaveCount(0);

  // The orders are named after what is listed.
  await page.goto(`${server.url}/inbox/all`);
  const sort = () => page.getByRole('button', { name: /^Order/ });
  await sort().click();
  await expect(page.getByRole('menuitemcheckbox')).toHaveText(['Newest message', 'Oldest message', 'Longest open', 'Shortest open']);
  await page.keyboard.press('Escape');
  for (const status of ['Closed', 'Snoozed']) {
    await page.getByRole('button', { name: /^Status/ }).click();
    await page.getByRole('menuitemcheckbox', { name: status, exact: true }).click();
    await sort().click();
    await expect(page.getByRole('menuitemcheckbox', { name: `Longest ${status.toLowerCase()}` })).toBeVisible();
    await expect(page.getByRole('menuitemcheckbox', { name: `Shortest ${status.toLowerCase()}` })).toBeVisible();
    await page.keyboard.press('Escape');
  }
});

test('keys: a note at closing, a tag with the details closed, unread, the sidebar', async ({ page, server }) => {
  server.addOwner();
  await server.connect('telegram');
  await server.customer(lucia.account, lucia.person, { kind: 'text', text: 'hola' });
  await signIn(page, server);
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  await inbox.open(lucia.name);
  const details = page.getByRole('complementary', { name: 'Contact details' });
  await expect(details).toBeVisible();
  await page.keyboard.press(']');
  await expect(details).toHaveCount(0);
  await page.keyboard.press('t');
  await expect(details.getByRole('combobox', { name: 'Add a tag' })).toBeFocused();
  await page.keyboard.type('VIP');
  await page.keyboard.press('Enter');
  await expect(details.getByRole('button', { name: 'Remove the tag VIP' })).toBeVisible();
  await page.keyboard.press('Escape');
  await inbox.timeline.focus();
  await page.keyboard.press('u');
  await expect(inbox.row(lucia.name)).toContainText('1 unread message');
  const sidebar = page.getByRole('navigation', { name: 'Inboxes' });
  await page.keyboard.press('[');
  await expect(sidebar).toHaveCount(0);
  await page.keyboard.press('[');
  await expect(sidebar).toBeVisible();
  // The inboxes can be searched.
  await sidebar.getByRole('searchbox').or(sidebar.getByRole('textbox')).fill('una');
  await expect(sidebar.getByRole('link')).toHaveText([/Unassigned/]);
  await sidebar.getByRole('searchbox').or(sidebar.getByRole('textbox')).fill('');
  // Everything is found by Ctrl K: what can be done here, and what is written often.
  await server.api('POST', '/snippets', { name: 'gracias', text: 'Gracias por su compra', scope: 'workspace' });
  const palette = page.getByRole('dialog').getByRole('combobox');
  await page.keyboard.press('Control+k');
  await palette.fill('snooze');
  await page.getByRole('option', { name: /Snooze/ }).first().click();
  await expect(page.getByRole('button', { name: /^In an hour/ })).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await palette.fill('graci');
  await page.getByRole('option', { name: /gracias/ }).click();
  await expect(inbox.composer.getByRole('textbox')).toHaveValue('Gracias por su compra');
  await inbox.timeline.focus();
  await page.keyboard.press('Shift+E');
  await expect(page.getByRole('dialog', { name: 'Close conversation' })).toBeVisible();
});
