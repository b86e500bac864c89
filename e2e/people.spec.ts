import { expect } from '@playwright/test';
import { signIn, test } from './app.ts';
import { owner } from './server.ts';

test('teams are made, access is changed, and whoever is removed is out at once', async ({ page, browser, server }) => {
  server.addOwner();
  const agent = server.addUser('Beto Agent', 'agent');
  await signIn(page, server);
  await page.goto(`${server.url}/settings/teams`);
  await expect(page.getByText('No teams yet')).toBeVisible();
  await page.getByRole('button', { name: 'New team' }).click();
  const team = page.getByRole('dialog', { name: 'New team' });
  await expect(team.getByLabel('Name')).toBeFocused();
  await page.keyboard.type('Sales');
  await team.getByRole('checkbox', { name: /Beto Agent/ }).check();
  await team.getByRole('button', { name: 'Create team' }).click();
  await expect(page.getByRole('button', { name: 'Edit team: Sales' })).toBeVisible();
  await expect(page.getByText('1 member', { exact: true })).toBeVisible();

  const other = await browser.newContext({ locale: 'en-US' });
  const second = await other.newPage();
  expect((await second.request.post(`${server.url}/api/v1/session`, { data: agent })).ok()).toBe(true);
  await second.goto(`${server.url}/inbox/all`);
  const theirs = (name: RegExp) => second.getByRole('navigation', { name: 'Inboxes' }).getByRole('link', { name });
  await expect(theirs(/^Sales/)).toBeVisible();

  // One's own access is locked; the other's is changed by keyboard alone.
  await page.goto(`${server.url}/settings/users`);
  await expect(page.getByRole('status').filter({ hasText: '2 users' })).toBeVisible();
  await expect(page.getByRole('button', { name: `Access of ${owner.name}` })).toHaveCount(0);
  await page.getByRole('button', { name: 'Access of Beto Agent' }).focus();
  await page.keyboard.press('Enter');
  const access = page.getByRole('dialog', { name: 'Access of Beto Agent' });
  await access.getByRole('radio', { name: /^Only their own contacts/ }).focus();
  await page.keyboard.press('Space');
  await access.getByRole('button', { name: 'Save changes' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Sees only their own contacts')).toBeVisible();
  await expect(theirs(/^Sales/)).toHaveCount(0);
  await expect(theirs(/^Mine/)).toBeVisible();

  await page.getByRole('button', { name: 'More actions: Beto Agent' }).click();
  await page.getByRole('menuitem', { name: 'Remove from the workspace' }).click();
  await page.getByRole('dialog').getByRole('combobox').selectOption({ label: owner.name });
  await page.getByRole('button', { name: 'Remove user' }).click();
  await expect(page.getByText('Beto Agent was removed')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Access of Beto Agent' })).toHaveCount(0);
  // Whatever they do next leads to the login.
  await second.reload();
  await expect(second).toHaveURL(/\/login/);
  await other.close();
});
