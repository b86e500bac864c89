import { expect } from '@playwright/test';
import { signIn, test } from './app.ts';

test('a web chat is connected, copied to a site and tried', async ({ page, context, server }) => {
  server.addOwner();
  await signIn(page, server);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`${server.url}/settings/channels`);
  await expect(page.getByText('No channel connected yet')).toBeVisible();
  await page.getByRole('link', { name: /Web chat/i }).click();
  await page.getByLabel('Name in Bandeja').fill('Tienda');
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Tienda' })).toBeVisible();

  const snippet = page.getByRole('textbox', { name: 'Code for your site' });
  await expect(snippet).toHaveValue(new RegExp(`^<script async src="${server.url}/widget.js" data-channel="[\\w-]+"></script>$`));
  await page.getByRole('button', { name: 'Copy: Code for your site' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await snippet.inputValue());

  const tab = page.waitForEvent('popup');
  await page.getByRole('link', { name: 'Try the chat' }).click();
  await expect((await tab).getByRole('button', { name: /chat/i })).toBeVisible();
});
