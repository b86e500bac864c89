import { expect } from '@playwright/test';
import { Inbox, signIn, test } from './app.ts';
import { accessible } from './axe.ts';
import { contactId, lucia, mateo, valentina } from './kinds.ts';
import { owner } from './server.ts';

// A request that the service worker is just taking over would pass by page.route.
test.use({ serviceWorkers: 'block' });

test('the dashboard shows what is open, who waits and who may be the same person', async ({ page, server }) => {
  server.addOwner();
  await server.connect('telegram');
  await server.connect('whatsapp_cloud');
  for (const c of [lucia, mateo, valentina]) {
    await server.customer(c.account, c.person, { kind: 'text', text: `Hola de ${c.account}` });
    await contactId(server, c.name);
  }
  await signIn(page, server);
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  await expect(inbox.row(lucia.name)).toBeVisible();

  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await expect(page).toHaveURL(/\/dashboard$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Dashboard' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Dashboard' })).toHaveAttribute('aria-current', 'page');
  // The menu on the left leads to the messages.
  await page.getByRole('navigation', { name: 'Modules' }).getByRole('link', { name: 'Messages' }).click();
  await expect(page).toHaveURL(/\/inbox\/all$/);
  await expect(inbox.row(lucia.name)).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  const part = (name: string) => page.getByRole('region', { name });
  const open = part('Open conversations');
  await expect(open.getByRole('link', { name: /^All.*3 open/ })).toBeVisible();
  await expect(part('Possible duplicates').getByText('No duplicates')).toBeVisible();

  // Who waits, longest first; with the answer they go, live.
  const waiting = part('Waiting for an answer');
  await expect(waiting.getByText('Nobody is waiting for an answer')).toBeVisible();
  await waiting.getByRole('button', { name: 'Unassigned' }).click();
  await expect(waiting.getByRole('listitem')).toHaveText([/Lucía Gómez/, /Mateo Andrade/, /Valentina Ruiz/]);
  await server.api('POST', `/contacts/${await contactId(server, lucia.name)}/messages`, { text: 'Sí' });
  await expect(waiting.getByRole('listitem')).toHaveText([/Mateo Andrade/, /Valentina Ruiz/]);

  // A conversation given to somebody is theirs in the team's list and in the counts.
  const me = await server.api<{ user: { id: string } }>('GET', '/me');
  await server.api('POST', `/contacts/${await contactId(server, mateo.name)}/assign`, { user_id: me.user.id });
  await expect(part('Team').getByRole('listitem').filter({ hasText: owner.name })).toContainText('1 open');
  await expect(open.getByRole('link', { name: /^Mine.*1 open/ })).toBeVisible();
  await expect(waiting.getByRole('listitem')).toHaveText([/Valentina Ruiz/]);

  // The same phone on two contacts is pointed out, and leads to both.
  await server.api('PATCH', `/contacts/${await contactId(server, lucia.name)}`, { phone: '+593 98 765 4321' });
  await page.reload();
  const shared = part('Possible duplicates').getByRole('listitem').filter({ hasText: 'Same phone' });
  await expect(shared).toContainText('+593 98 765 4321');
  await accessible(page, 'dashboard');
  await shared.getByRole('link', { name: /Lucía/ }).click();
  await expect(page).toHaveURL(new RegExp(`/inbox/all/${await contactId(server, lucia.name)}$`));
  await page.goBack();
  await shared.getByRole('link', { name: /Valentina/ }).click();
  await expect(page).toHaveURL(new RegExp(`/inbox/all/${await contactId(server, valentina.name)}$`));
  await page.goBack();

  // With another phone they aren't the same any more.
  await server.api('PATCH', `/contacts/${await contactId(server, lucia.name)}`, { phone: '' });
  await page.reload();
  await expect(part('Possible duplicates').getByText('No duplicates')).toBeVisible();

  // A channel that doesn't work is told of, and leads to what can be done.
  await page.route('**/api/v1/channels', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { items: { type: string; status: string; health: { last_error: object | null } }[] };
    for (const c of body.items.filter((x) => x.type === 'telegram')) {
      c.status = 'error';
      c.health.last_error = { at: new Date().toISOString(), code: '401', text: 'Unauthorized' };
    }
    await route.fulfill({ json: body });
  });
  await page.reload();
  const trouble = part('A channel isn’t working');
  await expect(trouble).toContainText('Unauthorized');
  await trouble.getByRole('link', { name: 'Look at Telegram' }).click();
  await expect(page).toHaveURL(/\/settings\/channels\/\d+$/);
});

test('whoever sees only their own conversations has only those on the dashboard', async ({ page, server }) => {
  server.addOwner();
  await server.connect('telegram');
  for (const c of [lucia, mateo]) await server.customer(c.account, c.person, { kind: 'text', text: 'Hola' });
  const who = server.addUser('Ana Agent', 'agent');
  const { items } = await server.api<{ items: { id: string; email: string }[] }>('GET', '/users');
  const ana = items.find((u) => u.email === who.email);
  const me = await server.api<{ user: { id: string } }>('GET', '/me');
  await server.api('PATCH', `/users/${ana?.id}`, { visibility: 'own' });
  for (const [c, user] of [
    [lucia, ana?.id],
    [mateo, me.user.id],
  ] as const) {
    await server.api('PATCH', `/contacts/${await contactId(server, c.name)}`, { phone: '+593987654321' });
    await server.api('POST', `/contacts/${await contactId(server, c.name)}/assign`, { user_id: user });
  }
  const signed = await page.request.post(`${server.url}/api/v1/session`, { data: who });
  expect(signed.ok(), await signed.text()).toBe(true);
  await page.goto(`${server.url}/dashboard`);
  await expect(page.getByRole('region', { name: 'Open conversations' }).getByRole('link')).toHaveText([/^Mine/]);
  await expect(page.getByRole('region', { name: 'Waiting for an answer' }).getByRole('link', { name: /Lucía/ })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Team' }).getByRole('listitem')).toHaveText([/Ana Agent/]);
  await expect(page.getByText('No duplicates')).toBeVisible();
  await expect(page.getByText(/Mateo/)).toHaveCount(0);
});
