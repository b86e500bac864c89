import { expect, type Page } from '@playwright/test';
import { Inbox, signIn, test } from './app.ts';
import { accessible } from './axe.ts';
import { lucia, mateo, valentina } from './kinds.ts';
import { owner, type Server } from './server.ts';

// A request that the service worker is just taking over would pass by page.route.
test.use({ serviceWorkers: 'block' });

// What is done while the network is away, what can be taken back, and the inboxes
// where there is no room for them beside the list.

async function furnish(page: Page, server: Server): Promise<Inbox> {
  server.addOwner();
  server.addUser('Ana Agent', 'agent');
  await server.connect('telegram');
  for (const p of [lucia, mateo]) await server.customer(p.account, p.person, { kind: 'text', text: 'Buenos días' });
  await signIn(page, server);
  await page.goto(`${server.url}/inbox/all`);
  return new Inbox(page);
}

test('what is done without a network is done when it is back, in its order, and nothing is put away unread', async ({ page, server }) => {
  const inbox = await furnish(page, server);
  await server.connect('whatsapp_cloud');
  await server.customer(valentina.account, valentina.person, { kind: 'text', text: 'Buenos días' });
  await inbox.open(valentina.name);
  const third = page.url().split('/').at(-1);
  const { items: users } = await server.api<{ items: { id: string; name: string }[] }>('GET', '/users');
  const ana = users.find((u) => u.name === 'Ana Agent')?.id;
  // All are known here, and so are the parts of the screen that are needed.
  await inbox.open(mateo.name);
  await inbox.open(lucia.name);
  await page.keyboard.press('a');
  await expect(page.getByRole('option', { name: /Ana Agent/ })).toBeVisible();
  await page.keyboard.press('Escape');

  await page.context().setOffline(true);
  const banner = page.getByRole('status').filter({ hasText: 'offline' });
  await expect(banner).toBeVisible();
  await page.keyboard.press('a');
  await page.getByRole('option', { name: /Ana Agent/ }).click();
  await expect(page.getByRole('button', { name: /^Assign: Ana A/ })).toBeVisible();
  await inbox.write('Le escribo enseguida');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Close conversation' }).click();
  await expect(inbox.row(lucia.name)).toHaveCount(0);
  await expect(banner).toContainText('3 waiting');
  // Another is closed too, who writes before anybody can know.
  await inbox.open(mateo.name);
  await page.getByRole('button', { name: 'Close conversation' }).click();
  await expect(inbox.row(mateo.name)).toHaveCount(0);
  await server.customer(mateo.account, mateo.person, { kind: 'text', text: '¿Siguen ahí?' });

  // Who answers and is too late with giving it away, for a colleague has it.
  await inbox.open(valentina.name);
  await page.keyboard.press('a');
  await page.getByRole('option', { name: /Laura/ }).click();
  await expect(banner).toContainText('5 waiting');
  await server.api('POST', `/contacts/${third}/assign`, { user_id: ana });

  await page.context().setOffline(false);
  await expect(page.getByText('Valentina Ruiz was not assigned')).toBeVisible();
  await expect(page.getByText(/The conversation with Mateo .* was not closed/)).toBeVisible();
  await expect(inbox.row(mateo.name)).toContainText('¿Siguen ahí?');
  await expect(banner).toHaveCount(0);
  await page.goto(`${server.url}/inbox/all?status=closed`);
  await inbox.open(lucia.name);
  await expect(inbox.message('Le escribo enseguida')).toBeVisible();
  // The message went before the conversation was closed, and belongs to it.
  const said = await inbox.timeline.innerText();
  const order = ['You assigned', 'Le escribo enseguida', 'You closed the conversation'].map((x) => said.indexOf(x));
  expect(order.every((at) => at >= 0)).toBe(true);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
});

test('what is undone without a network is no conflict with oneself', async ({ page, server }) => {
  const inbox = await furnish(page, server);
  await inbox.open(lucia.name);
  await page.keyboard.press('a');
  await expect(page.getByRole('option', { name: /Ana Agent/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.context().setOffline(true);
  await page.keyboard.press('a');
  await page.getByRole('option', { name: /Ana Agent/ }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('button', { name: /^Assign: Unassigned/ })).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'offline' })).toContainText('2 waiting');
  await page.context().setOffline(false);
  await expect(inbox.timeline.getByText('You removed the assignee')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Assign: Unassigned/ })).toBeVisible();
  await expect(page.getByText('Lucía Gómez was not assigned')).toHaveCount(0);
});

test('what waits in a tab that is closed is sent by the other, once', async ({ page, server }) => {
  const inbox = await furnish(page, server);
  await inbox.open(lucia.name);
  const other = new Inbox(await page.context().newPage());
  await other.page.goto(`${server.url}/inbox/all`);
  await other.open(mateo.name);

  await page.context().setOffline(true);
  for (const [tab, text] of [
    [inbox, 'Uno'],
    [other, 'Dos'],
  ] as const) {
    await tab.write(text);
    await expect(tab.page.getByRole('status').filter({ hasText: 'offline' })).toContainText('1 waiting');
  }
  await page.close();
  await page.context().setOffline(false);

  await expect(other.page.getByRole('status').filter({ hasText: 'waiting' })).toHaveCount(0);
  await expect(other.row(lucia.name)).toContainText('Uno');
  await expect(other.row(mateo.name)).toContainText('Dos');
  for (const name of [lucia.name, mateo.name]) {
    await other.open(name);
    await expect(other.message(/Uno|Dos/)).toHaveCount(1);
  }
});

test('what one person wrote waits for them, and is never said in the name of the next', async ({ page, server }) => {
  const inbox = await furnish(page, server);
  const signInAs = async (email: string) => {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(owner.password);
    await page.keyboard.press('Enter');
    await expect(inbox.list).toBeVisible();
  };
  await inbox.open(lucia.name);
  const sending = '**/api/v1/contacts/*/messages';
  await page.route(sending, (route) => (route.request().method() === 'POST' ? route.abort() : route.fallback()));
  await inbox.write('De Laura');
  await expect(inbox.message('De Laura')).toContainText('Waiting to be sent');
  // Their session ends elsewhere, and somebody else goes on in the same page.
  await page.request.delete(`${server.url}/api/v1/session`);
  await expect(page).toHaveURL(/\/login/);
  await page.unroute(sending);

  await signInAs('ana.agent@example.com');
  await inbox.open(lucia.name);
  await inbox.write('De Ana');
  await expect(inbox.row(lucia.name)).toContainText('De Ana');
  await expect(inbox.message('De Laura')).toHaveCount(0);
  // Without a network nobody is signed out, and is told so.
  const menu = page.getByRole('button', { name: /Ana Agent/ });
  const signOut = page.getByRole('menuitem', { name: 'Sign out' });
  await menu.click();
  await expect(signOut).toBeVisible();
  await page.context().setOffline(true);
  await signOut.click();
  await expect(page.getByText('The server can’t be reached')).toBeVisible();
  await expect(inbox.list).toBeVisible();
  await page.context().setOffline(false);
  await menu.click();
  await signOut.click();
  await expect(page).toHaveURL(/\/login/);

  await signInAs(owner.email);
  await expect(inbox.row(lucia.name)).toContainText('De Laura');
  await inbox.open(lucia.name);
  await expect(inbox.message('De Laura')).toHaveCount(1);
  const contact = page.url().split('/').at(-1);
  const { items } = await server.api<{ items: { content?: { text: string }; sender_name?: string }[] }>('GET', `/contacts/${contact}/messages`);
  const said = items.filter((m) => m.content?.text.startsWith('De ')).map((m) => [m.content?.text, m.sender_name]);
  expect(said).toEqual([
    ['De Ana', 'Ana Agent'],
    ['De Laura', owner.name],
  ]);
});

test('somebody else who signs in in another tab says nothing in one’s name, nor the other way round', async ({ page, server }) => {
  const inbox = await furnish(page, server);
  await inbox.open(lucia.name);
  const as = async (email: string) => {
    const r = await page.request.post(`${server.url}/api/v1/session`, { data: { email, password: owner.password } });
    expect(r.ok(), await r.text()).toBe(true);
  };
  // Whatever the page asks next is refused; here it shall be the message itself.
  const message = page.waitForRequest((r) => r.method() === 'POST' && r.url().endsWith('/messages'));
  await page.route(/\/api\/v1\//, async (route) => {
    await message; // which goes first
    await route.fallback();
  });
  await as('ana.agent@example.com');
  await inbox.write('De Laura');
  await expect(page.getByText(/You are Ana Agent here now/)).toBeVisible();
  await expect(page.getByRole('button', { name: /^Ana Agent/ })).toBeVisible();
  await page.unrouteAll();
  await expect(inbox.timeline).toBeVisible();
  await expect(inbox.message('De Laura')).toHaveCount(0);
  await inbox.write('De Ana');
  await expect(inbox.message('De Ana').getByRole('button', { name: /, Sent$/ })).toBeVisible();

  await as(owner.email);
  await page.reload();
  await expect(inbox.message('De Laura').getByRole('button', { name: /, Sent$/ })).toBeVisible();
  expect(await server.received(lucia.account, lucia.person)).toEqual(['De Ana', 'De Laura']);
});

test('what was left for more than a day is neither said nor done without asking', async ({ page, server }) => {
  const inbox = await furnish(page, server);
  await inbox.open(lucia.name);
  await page.route(/\/api\/v1\/contacts\/\d+\/(messages|close)$/, (route) =>
    route.request().method() === 'POST' ? route.abort() : route.fallback(),
  );
  await inbox.write('Viernes');
  await expect(inbox.message('Viernes')).toContainText('Waiting to be sent');
  await inbox.open(mateo.name);
  const refused = page.waitForEvent('requestfailed', (r) => r.url().endsWith('/close'));
  await page.getByRole('button', { name: 'Close conversation' }).click();
  await expect(inbox.row(mateo.name)).toHaveCount(0);
  await refused;
  await page.unrouteAll();
  await page.goto(`${server.url}/offline.html`); // the same storage, without the app
  await page.evaluate(() => {
    for (const [key, value] of Object.entries(localStorage))
      if (key.startsWith('bandeja.outbox.'))
        localStorage.setItem(key, JSON.stringify({ ...JSON.parse(value), at: new Date(Date.now() - 2 * 24 * 3600_000) }));
  });

  await page.goto(`${server.url}/inbox/all`);
  await expect(page.getByText('The conversation with Mateo Andrade was not closed')).toBeVisible();
  await expect(page.getByText('A message wasn’t sent')).toBeVisible();
  await accessible(page);
  await expect(inbox.row(mateo.name)).toBeVisible();
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(inbox.message('Viernes')).toContainText('waited in this browser for more than a day');
  expect(await server.received(lucia.account, lucia.person)).toEqual([]);
  await inbox.message('Viernes').getByRole('button', { name: 'Retry' }).click();
  await expect(inbox.message('Viernes').getByRole('button', { name: /, Sent$/ })).toBeVisible();
  expect(await server.received(lucia.account, lucia.person)).toEqual(['Viernes']);
});

test('blocking, snoozing, giving away and taking off a tag can be undone', async ({ page, server }) => {
  const inbox = await furnish(page, server);
  await inbox.open(lucia.name);
  const undo = page.getByRole('button', { name: 'Undo' });
  const details = page.getByRole('complementary', { name: 'Contact details' });

  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Block contact' }).click();
  await expect(inbox.row(lucia.name)).toHaveCount(0);
  await expect(page.getByText('Lucía Gómez is blocked')).toBeVisible();
  await undo.click();
  await expect(inbox.row(lucia.name)).toBeVisible();
  await expect(inbox.composer.getByRole('textbox')).toBeVisible();
  await expect(undo).toHaveCount(0);

  await page.keyboard.press('z');
  await page.getByRole('button', { name: /^In an hour/ }).click();
  await expect(inbox.row(lucia.name)).toHaveCount(0);
  await undo.click();
  await expect(inbox.row(lucia.name)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Snooze' })).toBeVisible();

  await page.keyboard.press('a');
  await page.getByRole('option', { name: /Ana Agent/ }).click();
  await expect(page.getByText('Assigned to Ana Agent').last()).toBeVisible();
  await undo.click();
  await expect(page.getByRole('button', { name: /^Assign: Unassigned/ })).toBeVisible();
  await expect(inbox.timeline.getByText('You removed the assignee')).toBeVisible();

  await page.keyboard.press('t');
  await page.keyboard.type('VIP');
  await page.keyboard.press('Enter');
  await details.getByRole('button', { name: 'Remove the tag VIP' }).click();
  await expect(details.getByRole('button', { name: 'Remove the tag VIP' })).toHaveCount(0);
  await undo.click();
  await expect(details.getByRole('button', { name: 'Remove the tag VIP' })).toBeVisible();
});

test('times are picked as the screen shows them, wherever the browser is', async ({ browser, server }) => {
  const page = await (await browser.newContext({ timezoneId: 'America/New_York' })).newPage();
  const inbox = await furnish(page, server);
  await server.api('PATCH', '/workspace', { timezone: 'Asia/Tokyo' });
  await page.reload();
  await inbox.open(lucia.name);
  await page.keyboard.press('z');
  const panel = page.getByRole('dialog');
  await expect(panel).toContainText('Times of Tokyo');
  const day = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
  await panel.locator('input').fill(`${day}T09:30`);
  await panel.locator('form').getByRole('button').click();
  await expect(inbox.timeline.getByText(/until .*, 09:30/)).toBeVisible();
  const until = async () =>
    (await server.api<{ items: { name: string; snoozed_until: string }[] }>('GET', '/contacts?search=Luc')).items[0]?.snoozed_until;
  await expect.poll(until).toBe(`${day}T00:30:00Z`);
});

for (const [what, options] of [
  ['a phone', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
  ['a tablet', { viewport: { width: 820, height: 1180 } }],
] as const)
  test(`the inboxes come over the page on ${what}`, async ({ browser, server }) => {
    const page = await (await browser.newContext(options)).newPage();
    const inbox = await furnish(page, server);
    await server.api('POST', '/custom-inboxes', {
      name: 'Sin respuesta',
      filter: { match: 'all', of: [{ field: 'unreplied', operator: 'is', value: ['true'] }] },
    });
    await server.connect('whatsapp_cloud');
    await server.customer(valentina.account, valentina.person, { kind: 'text', text: 'Hola' });
    await expect(inbox.row(valentina.name)).toBeVisible();
    const title = page.getByRole('button', { name: /^Inboxes/ });
    const inboxes = page.getByRole('dialog', { name: 'Inboxes' });
    await title.click();
    // The counts of standard inboxes live, and the dot of what is new elsewhere.
    await expect(inboxes.getByRole('link', { name: /^Unassigned.*New messages/ })).toBeVisible();
    await inboxes.getByRole('link', { name: /^Unassigned/ }).click();
    await expect(inboxes).toHaveCount(0);
    await expect(page).toHaveURL(/\/inbox\/unassigned/);
    await expect(title).toHaveAccessibleName(/^Inboxes: Unassigned 3/);
    // Found by its name; Escape empties the field first, and then closes.
    await title.click();
    const find = inboxes.getByRole('searchbox');
    await find.fill('respuesta');
    await expect(inboxes.getByRole('link')).toHaveCount(1);
    await find.press('Escape');
    await expect(find).toHaveValue('');
    await find.fill('respuesta');
    await find.press('Enter');
    await expect(inboxes).toHaveCount(0);
    await expect(title).toHaveAccessibleName(/^Inboxes: Sin respuesta/);
    // A custom inbox is counted as its list is; what can be done with it is within reach of a finger.
    await expect(inbox.row(valentina.name)).toBeVisible();
    await title.click();
    await expect(inboxes.getByRole('link', { name: /^Sin respuesta 3/ })).toBeVisible();
    await inboxes.getByRole('button', { name: /Sin respuesta/ }).click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    const rename = page.getByRole('dialog', { name: /Rename/ });
    await expect(rename).toBeVisible();
    await expect(inboxes).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(rename).toHaveCount(0);
    await title.click();
    await page.keyboard.press('Escape');
    await expect(inboxes).toHaveCount(0);
    await expect(title).toBeFocused();
  });
