import { expect } from '@playwright/test';
import { Inbox, signIn, test } from './app.ts';

test('messages and comments are found by their words and open at their place', async ({ page, server }) => {
  server.addOwner();
  await server.connect('telegram');
  const person = { account: 'telegram', id: '7001001' };
  await server.customer(person.account, person.id, { kind: 'text', text: 'Quiero un ramo de camelias para el sábado' });
  for (let i = 0; i < 70; i++) await server.customer(person.account, person.id, { kind: 'text', text: `Detalle ${i} del pedido` });
  await signIn(page, server);
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  const lucia = /Lucía Gómez/;
  await expect(inbox.row(lucia)).toContainText('Detalle 69');
  const { items } = await server.api<{ items: { id: string }[] }>('GET', '/contacts?search=Lucía');
  await server.api('POST', `/contacts/${items[0]!.id}/messages`, { text: 'Prefiere camelias blancas', comment: true });

  // By keyboard alone: the box, the words without their accents, half of the last one.
  await page.keyboard.press('/');
  await page.keyboard.type('sabado came');
  await page.getByRole('button', { name: 'Messages', exact: true }).focus();
  await page.keyboard.press('Enter');
  const hit = inbox.list.getByRole('link', { name: lucia });
  await expect(hit).toHaveCount(1);
  await expect(hit.locator('mark')).toHaveText(['camelias', 'sábado']);
  await inbox.list.getByRole('searchbox').focus();
  await page.keyboard.press('ArrowDown');
  await expect(hit).toBeFocused();
  await page.keyboard.press('Enter');
  // Far above the end, and there it stands.
  await expect(inbox.message('Quiero un ramo de camelias')).toBeInViewport();
  await expect(inbox.message('Detalle 69')).toHaveCount(0);

  await page.getByRole('button', { name: 'Comments', exact: true }).click();
  await inbox.list.getByRole('searchbox').fill('camelias');
  await expect(hit).toContainText('Prefiere camelias blancas');

  // More than a page, in this conversation alone.
  await page.getByRole('button', { name: 'Messages', exact: true }).click();
  await inbox.list.getByRole('searchbox').fill('detalle');
  await expect(hit.first()).toContainText('Detalle 69');
  await page.getByLabel('Only this conversation').check();
  await expect(hit.first()).toContainText('Detalle 69');
  await hit.first().focus();
  // The next pages come meanwhile.
  await expect(async () => {
    await page.keyboard.press('PageDown');
    await expect(inbox.list.getByRole('link', { name: /Detalle 0 / })).toBeFocused({ timeout: 100 });
  }).toPass();

  await inbox.list.getByRole('searchbox').fill('orquídeas');
  await expect(page.getByText('Nothing with “orquídeas”')).toBeVisible();
  await page.getByRole('button', { name: 'Look in all conversations' }).click();
  await page.getByRole('button', { name: 'Clear search' }).last().click();
  await expect(inbox.row(lucia)).toBeVisible();
});
