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

test('a channel that can’t be connected says why, where one has pressed', async ({ page, server }) => {
  server.addOwner();
  await server.connect('telegram');
  const { accounts } = (await (await fetch(`${server.simURL}/sim/state`)).json()) as { accounts: { kind: string; token: string }[] };
  const bot = accounts.find((a) => a.kind === 'telegram')!;
  await signIn(page, server);
  await page.goto(`${server.url}/settings/channels/new/telegram`);
  await page.getByLabel('Name in Bandeja').fill('Again');
  await page.getByText('Advanced settings').click();
  await page.getByLabel('API address').fill(`${server.simURL}/telegram`);
  const token = page.getByLabel('Bot token');
  const connect = page.getByRole('button', { name: 'Connect', exact: true });
  await token.fill(bot.token.slice(0, -1) + 'x');
  await connect.click();
  await expect(page.getByRole('alert')).toContainText('The provider refused these credentials');
  await expect(page.getByRole('alert')).toBeInViewport();
  await token.fill(bot.token);
  await connect.click();
  await expect(page.getByRole('alert')).toContainText('This account is connected already');
  await expect(page.getByRole('alert')).toBeInViewport();
});
