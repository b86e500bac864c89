import { expect } from '@playwright/test';
import { Inbox, signIn, test } from './app.ts';
import { accessible } from './axe.ts';

test('contact fields are made, used on a contact, changed and deleted', async ({ page, server }) => {
  server.addOwner();
  await server.connect('telegram');
  await signIn(page, server);
  await server.customer('telegram', '7001001', { kind: 'text', text: 'hola' });
  await page.goto(`${server.url}/settings/fields`);
  await expect(page.getByText('No fields of your own yet')).toBeVisible();
  await accessible(page);
  await page.getByRole('button', { name: 'New field' }).click();
  const dialog = page.getByRole('dialog', { name: 'New field' });
  await dialog.getByLabel('Name', { exact: true }).fill('Plan');
  await dialog.getByLabel('Type').selectOption('List');
  await dialog.getByRole('button', { name: 'Create field' }).click();
  await expect(dialog.getByText(/option/i).last()).toBeVisible(); // a list without options is refused at its field
  await expect(dialog).toBeVisible();
  await dialog.getByLabel('Options').fill('Gold\n\n  Silver ');
  await accessible(page);
  await dialog.getByRole('button', { name: 'Create field' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('List, 2 options')).toBeVisible();
  await expect(page.getByText('$contact.plan')).toBeVisible();

  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  await inbox.open(/Lucía Gómez/);
  const details = page.getByRole('complementary');
  await details.getByRole('button', { name: /Plan/ }).click();
  await details.getByLabel('Plan').selectOption('Gold');
  await expect(details.getByText('Gold')).toBeVisible();

  await page.goto(`${server.url}/settings/fields`);
  await page.getByRole('button', { name: 'Edit field: Plan' }).click();
  const edit = page.getByRole('dialog', { name: 'Edit field' });
  await expect(edit.getByLabel('Type')).toBeDisabled();
  await edit.getByLabel('Name', { exact: true }).fill('Tariff');
  await edit.getByRole('button', { name: 'Save changes' }).click();
  await page.getByRole('button', { name: 'Delete field: Tariff' }).click();
  await page.getByRole('dialog', { name: 'Delete Tariff?' }).getByRole('button', { name: 'Delete field' }).click();
  await expect(page.getByText('No fields of your own yet')).toBeVisible();
});

test('tags are made, coloured, renamed and deleted', async ({ page, server }) => {
  server.addOwner();
  await signIn(page, server);
  await page.goto(`${server.url}/settings/tags`);
  await page.getByRole('button', { name: 'New tag' }).click();
  const dialog = page.getByRole('dialog', { name: 'New tag' });
  await dialog.getByLabel('Name').fill('Wholesale');
  await dialog.getByLabel('Emoji').fill('📦');
  await dialog.getByLabel('Green').check();
  await accessible(page);
  await dialog.getByRole('button', { name: 'Create tag' }).click();
  await expect(page.getByText('📦 Wholesale')).toBeVisible();
  await page.getByRole('button', { name: 'New tag' }).click();
  await dialog.getByLabel('Name').fill('wholesale');
  await dialog.getByRole('button', { name: 'Create tag' }).click();
  await expect(dialog.getByText(/taken/)).toBeVisible(); // the same name, whatever its case
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Edit tag: 📦 Wholesale' }).click();
  const edit = page.getByRole('dialog', { name: 'Edit tag' });
  await expect(edit.getByLabel('Green')).toBeChecked();
  await edit.getByLabel('Name').fill('Retail');
  await edit.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText('📦 Retail')).toBeVisible();
  await accessible(page);
  await page.getByRole('button', { name: 'Delete tag: 📦 Retail' }).click();
  await page.getByRole('dialog', { name: 'Delete Retail?' }).getByRole('button', { name: 'Delete tag' }).click();
  await expect(page.getByText('No tags yet')).toBeVisible();
});

test('the closing note that the settings want is asked for; an agent has none of these settings', async ({ page, browser, server }) => {
  server.addOwner();
  const beto = server.addUser('Beto Agent', 'agent');
  await server.connect('telegram');
  await signIn(page, server);
  await server.customer('telegram', '7001001', { kind: 'text', text: 'hola' });
  await page.goto(`${server.url}/settings/closing`);
  await page.getByLabel('A category must be chosen').check();
  await expect(page.getByText('Add a category: one must be chosen to close.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Save changes' })).toBeDisabled();
  await page.getByRole('button', { name: 'Add category' }).click();
  await expect(page.getByLabel('Name')).toBeFocused();
  await page.keyboard.type('Sale');
  await page.getByLabel('Description').fill('Somebody bought something');
  await page.getByRole('button', { name: 'Add category' }).click();
  await expect(page.getByLabel('Name').nth(1)).toBeFocused();
  await page.keyboard.type('sale');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByRole('alert')).toContainText('taken');
  await page.getByRole('button', { name: 'Remove sale', exact: true }).click();
  await accessible(page);
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText('Saved')).toBeVisible();

  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  await inbox.open(/Lucía Gómez/);
  await page.getByRole('button', { name: 'Close conversation' }).click();
  const note = page.getByRole('dialog', { name: 'Close conversation' });
  await note.getByLabel('Category').selectOption('Sale');
  await note.getByRole('button', { name: 'Close conversation' }).click();
  await expect(inbox.timeline.getByText('You closed the conversation')).toBeVisible();

  const theirs = await (await browser.newContext()).newPage();
  await theirs.request.post(`${server.url}/api/v1/session`, { data: beto });
  await theirs.goto(`${server.url}/settings`);
  await expect(theirs.getByRole('link', { name: 'Snippets' }).first()).toBeVisible();
  for (const name of ['Contact fields', 'Tags', 'Closing notes']) await expect(theirs.getByRole('link', { name })).toHaveCount(0);
  await theirs.goto(`${server.url}/settings/closing`);
  await expect(theirs.getByText('Add category')).toHaveCount(0);
});
