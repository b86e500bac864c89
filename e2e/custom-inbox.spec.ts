import { expect } from '@playwright/test';
import { Inbox, signIn, test } from './app.ts';

test('a custom inbox is made, stands still until refreshed, is edited, renamed, shared and deleted', async ({ page, browser, server }) => {
  server.addOwner();
  const agent = server.addUser('Beto Agent', 'agent');
  await server.connect('telegram');
  await signIn(page, server);
  for (const [person, text] of [
    ['7001001', 'hola'],
    ['7001002', 'buenas'],
  ] as const)
    await server.customer('telegram', person, { kind: 'text', text });
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  const [lucia, mateo, hannah] = [/Lucía Gómez/, /Mateo Andrade/, /Hannah Weiss/];
  await inbox.open(lucia);
  // The tag is made by adding it.
  await expect(page.getByRole('combobox', { name: 'Add a tag' })).toBeVisible();
  await page.keyboard.press('t');
  await page.keyboard.type('VIP');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Remove the tag VIP' })).toBeVisible();

  const sidebar = page.getByRole('navigation', { name: 'Inboxes' });
  await sidebar.getByRole('button', { name: 'New inbox' }).click();
  const dialog = page.getByRole('dialog', { name: 'New inbox' });
  await expect(dialog.getByLabel('Name')).toBeFocused();
  await page.keyboard.type('Important');
  await dialog.getByRole('button', { name: 'Add condition' }).click();
  await expect(dialog.getByRole('status')).toHaveText('A condition has no value yet.');
  await expect(dialog.getByRole('button', { name: 'Save inbox' })).toBeDisabled();
  await dialog.getByLabel('Add…').selectOption('VIP');
  await expect(dialog.getByRole('status')).toHaveText('1 open conversation fits');
  // Or whoever is called Mateo, in a group of its own.
  await dialog.getByLabel('How the conditions go together').selectOption('any');
  await dialog.getByRole('button', { name: 'Add group' }).click();
  await dialog.getByRole('button', { name: 'Add condition' }).first().click();
  await dialog.getByLabel('Field').nth(1).selectOption('First name');
  await dialog.getByLabel('Comparison').nth(1).selectOption('starts with');
  await dialog.getByLabel('Value', { exact: true }).fill('mat');
  await expect(dialog.getByRole('status')).toHaveText('2 open conversations fit');
  await dialog.getByRole('button', { name: 'Save inbox' }).click();
  await expect(page).toHaveURL(/\/inbox\/custom-\d+/);
  await expect(inbox.row(lucia)).toBeVisible();
  await expect(inbox.row(mateo)).toBeVisible();
  await expect(page.getByText('Updated just now')).toBeVisible();
  await expect(sidebar.getByRole('link', { name: 'Important 2 open conversations' })).toBeVisible();

  // It stands still: a message doesn't change it, refreshing does.
  await server.customer('telegram', '7001001', { kind: 'text', text: 'otra cosa' });
  await server.customer('telegram', '7001003', { kind: 'text', text: 'hallo' });
  await expect(sidebar.getByRole('link', { name: /^All 3 open/ })).toBeVisible();
  await expect(inbox.row(lucia)).toContainText('hola');
  await page.getByRole('button', { name: 'Refresh' }).click();
  await expect(inbox.row(lucia)).toContainText('otra cosa');
  // So does its count.
  const address = new URL((await inbox.row(mateo).getAttribute('href'))!, server.url).pathname;
  const contact = `/contacts/${address.split('/').at(-1)}`;
  await server.api('POST', `${contact}/close`, {});
  await expect(sidebar.getByRole('link', { name: /^All 2 open/ })).toBeVisible();
  await expect(sidebar.getByRole('link', { name: 'Important 2 open conversations' })).toBeVisible();
  await page.getByRole('button', { name: 'Refresh' }).click();
  await expect(sidebar.getByRole('link', { name: 'Important 1 open conversation' })).toBeVisible();
  await server.api('POST', `${contact}/open`);
  await page.getByRole('button', { name: 'Refresh' }).click();

  // Changed and not saved, it says so; another filter of one's own is saved as new.
  const entry = (name: RegExp) => sidebar.getByRole('link', { name });
  await entry(/^Important/).hover();
  await sidebar.getByRole('button', { name: 'Actions of Important' }).click();
  await page.getByRole('menuitem', { name: 'Filters' }).click();
  const filters = page.getByRole('dialog', { name: 'Filters of Important' });
  await filters.getByLabel('Value', { exact: true }).fill('han');
  await filters.getByRole('button', { name: 'Show without saving' }).click();
  await expect(entry(/^Important Edited/)).toBeVisible();
  await expect(inbox.row(hannah)).toBeVisible();
  await expect(inbox.row(mateo)).toHaveCount(0);
  await page.getByRole('button', { name: 'Filters', exact: true }).click();
  await filters.getByRole('button', { name: 'Discard changes' }).click();
  await expect(entry(/^Important 2 open/)).toBeVisible();
  await expect(inbox.row(mateo)).toBeVisible();
  await page.getByRole('button', { name: 'Filters', exact: true }).click();
  await filters.getByLabel('Value', { exact: true }).fill('han');
  await filters.getByRole('button', { name: 'Save as a new inbox' }).click();
  await filters.getByLabel('Name', { exact: true }).fill('Hannah');
  await filters.getByRole('button', { name: 'Save inbox' }).click();
  await expect(entry(/^Hannah 2 open/)).toBeVisible();
  await expect(inbox.row(hannah)).toBeVisible();
  await expect(inbox.row(mateo)).toHaveCount(0);
  await expect(sidebar.getByRole('heading', { name: 'Created by me' })).toBeVisible();
  await entry(/^Important/).click();
  await expect(inbox.row(mateo)).toBeVisible();

  await page.getByRole('button', { name: 'Actions of Important' }).last().click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('First of all');
  await page.getByRole('button', { name: 'Rename inbox' }).click();
  await expect(entry(/^First of all/)).toBeVisible();
  // Or from its filters.
  await page.getByRole('button', { name: 'Actions of First of all' }).last().click();
  await page.getByRole('menuitem', { name: 'Filters' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Rename inbox' }).click();
  const renaming = page.getByRole('dialog', { name: 'Rename inbox' });
  await expect(renaming.getByLabel('Name')).toHaveValue('First of all');
  await renaming.getByLabel('Name').fill('Second to none');
  await renaming.getByRole('button', { name: 'Rename inbox' }).click();
  await expect(entry(/^Second to none/)).toBeVisible();
  await server.api('PATCH', new URL(page.url()).pathname.replace('/inbox/', '/custom-inboxes/').split('/').slice(0, 3).join('/'), { name: 'First of all' });
  await expect(entry(/^First of all/)).toBeVisible();

  // Shared, it appears at the colleague's, who can look and not change.
  const other = await browser.newContext({ locale: 'en-US' });
  const second = await other.newPage();
  await second.request.post(`${server.url}/api/v1/session`, { data: agent });
  await second.goto(`${server.url}/inbox/mine`);
  const theirs = second.getByRole('navigation', { name: 'Inboxes' }).getByRole('link', { name: /^First of all/ });
  await expect(second.getByRole('link', { name: /^Mine/ })).toBeVisible();
  await expect(theirs).toHaveCount(0);
  await page.getByRole('button', { name: 'Actions of First of all' }).last().click();
  await page.getByRole('menuitem', { name: 'Share' }).click();
  const share = page.getByRole('dialog', { name: 'Share inbox' });
  await share.getByRole('radio', { name: /^Some/ }).check();
  await expect(share.getByRole('button', { name: 'Save' })).toBeDisabled();
  await share.getByRole('checkbox', { name: 'Beto Agent' }).check();
  await share.getByRole('button', { name: 'Save' }).click();
  await expect(share).toHaveCount(0);
  await expect(theirs).toBeVisible();
  await expect(second.getByRole('heading', { name: 'Created by others' })).toBeVisible();
  await theirs.click();
  await expect(new Inbox(second).row(lucia)).toBeVisible();
  await second.getByRole('button', { name: 'Actions of First of all' }).last().click();
  await expect(second.getByRole('menuitem')).toHaveText(['Filters']);

  await page.getByRole('button', { name: 'Actions of First of all' }).last().click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(page.getByText('These lose the inbox: Beto Agent.')).toBeVisible();
  await page.getByRole('button', { name: 'Delete inbox' }).click();
  await expect(entry(/^First of all/)).toHaveCount(0);
  await expect(theirs).toHaveCount(0);
  await other.close();
});
