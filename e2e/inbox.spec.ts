import { expect } from '@playwright/test';
import { Inbox, signIn, test } from './app.ts';
import { accessible } from './axe.ts';
import { owner } from './server.ts';

test('the first owner is set up in the browser, signs out and in', async ({ page, server }) => {
  await page.goto(server.url);
  await expect(page).toHaveURL(/\/setup/);
  await expect(page.getByLabel('Name of your organization')).toBeFocused();
  await page.keyboard.type('Flores Amazonas');
  await page.getByLabel('Your name').fill(owner.name);
  await page.getByLabel('E-mail').fill(owner.email);
  const password = page.getByLabel('Password', { exact: true });
  await password.fill('short');
  await page.getByRole('button', { name: 'Create and start' }).click();
  // The browser itself refuses it and stays at the field.
  expect(await password.evaluate((el: HTMLInputElement) => el.validity.valid)).toBe(false);
  await expect(password).toBeFocused();
  await password.fill(owner.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/inbox\//);
  await expect(page.getByRole('link', { name: /^All/ })).toBeVisible();
  await expect(page.getByText('No contacts yet')).toBeVisible();

  await page.getByRole('button', { name: new RegExp(owner.name) }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/login/);
  await page.getByLabel('E-mail').fill(owner.email);
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText(/e-mail or the password is wrong/);
  await page.getByLabel('Password', { exact: true }).fill(owner.password);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/inbox\//);
});

test('a customer on each provider is answered, live', async ({ page, server }) => {
  server.addOwner();
  await server.connect('telegram');
  await server.connect('whatsapp_cloud');
  await signIn(page, server);
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  for (const c of [
    // Telegram tells neither delivery nor reading.
    { account: 'telegram', person: '7001001', name: /Lucía Gómez/, last: /, Sent$/ },
    { account: 'whatsapp', person: '593987654321', name: /Valentina Ruiz/, last: /, Read$/ },
  ]) {
    await server.reading(c.account, c.person, true);
    await server.customer(c.account, c.person, { kind: 'text', text: '¿Tienen rosas?' });
    await expect(inbox.row(c.name)).toContainText('1 unread message');
    await inbox.open(c.name);
    await expect(inbox.message('¿Tienen rosas?')).toBeVisible();
    await expect(inbox.row(c.name)).not.toContainText('unread');

    // More arrives while the conversation is open.
    await server.customer(c.account, c.person, { kind: 'text', text: 'Rojas, por favor' });
    await expect(inbox.message('Rojas, por favor')).toBeVisible();

    await inbox.write('Sí, ¡claro!');
    await expect(inbox.message('Sí, ¡claro!')).toHaveCount(1);
    await expect.poll(() => server.received(c.account, c.person)).toEqual(['Sí, ¡claro!']);
    await expect(inbox.message('Sí, ¡claro!').getByRole('button', { name: c.last })).toBeVisible();
    await expect(inbox.row(c.name)).toContainText('You: Sí, ¡claro!');
  }
});

test('a killed server costs nothing: both sides go on without reload', async ({ page, server }) => {
  server.addOwner();
  await server.connect('telegram');
  await signIn(page, server);
  await server.customer('telegram', '7001001', { kind: 'text', text: 'before' });
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  await inbox.open(/Lucía/);
  await expect(inbox.message('before')).toBeVisible();
  const reloads: string[] = [];
  page.on('load', (p) => reloads.push(p.url()));

  // The rest of the app comes into the cache when the browser is idle.
  await expect
    .poll(() => page.evaluate(() => performance.getEntriesByType('resource').some((e) => e.name.includes('/emoji-picker'))), {
      timeout: 90_000,
    })
    .toBe(true);

  await server.kill();
  await inbox.write('written while the server was gone');
  await expect(inbox.message('written while the server was gone').getByRole('button', { name: /Waiting to be sent$/ })).toBeVisible();
  // A part of the app that was never used opens nevertheless.
  await inbox.composer.getByRole('button', { name: 'Emoji' }).click();
  await expect(page.getByRole('dialog', { name: 'Emoji' }).getByRole('searchbox')).toBeVisible();
  await page.keyboard.press('Escape');
  await server.run();
  await server.customer('telegram', '7001001', { kind: 'text', text: 'after' });

  await expect(inbox.message('after')).toBeVisible({ timeout: 30_000 });
  await expect.poll(() => server.received('telegram', '7001001'), { timeout: 30_000 }).toEqual(['written while the server was gone']);
  await expect(inbox.message('written while the server was gone')).toHaveCount(1);
  await expect(inbox.message('written while the server was gone').getByRole('button', { name: /, Sent$/ })).toBeVisible();
  await expect(inbox.message('after')).toHaveCount(1);
  expect(reloads).toEqual([]);
});

test('the main path by keyboard alone', async ({ page, server }) => {
  server.addOwner();
  await server.connect('telegram');
  await server.customer('telegram', '7001001', { kind: 'text', text: 'first' });
  await server.customer('telegram', '7001002', { kind: 'text', text: 'second' });
  await page.goto(`${server.url}/login?next=/inbox/all`);
  await expect(page.getByLabel('E-mail')).toBeFocused();
  await page.keyboard.type(owner.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(owner.password);
  await page.keyboard.press('Enter');
  const inbox = new Inbox(page);
  await expect(inbox.row(/Lucía/)).toBeVisible();
  await expect(inbox.row(/Mateo/)).toBeVisible();

  await page.keyboard.press('j');
  await expect(inbox.list.getByRole('link').first()).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/inbox\/all\/\d+/);
  await expect(inbox.composer).toBeVisible();
  await page.keyboard.press('r');
  await expect(inbox.composer.getByRole('textbox')).toBeFocused();
  await page.keyboard.type('answered by keyboard');
  await page.keyboard.press('Enter');
  await expect(inbox.message('answered by keyboard')).toBeVisible();
  await page.keyboard.press('Escape');

  await page.keyboard.press('c');
  await expect(inbox.composer.getByRole('textbox', { name: 'Only your team sees this comment' })).toBeFocused();
  await page.keyboard.type('seen by the team');
  await page.keyboard.press('Enter');
  await expect(inbox.message('seen by the team')).toContainText('Comment');
  await page.keyboard.press('Escape');

  await page.keyboard.press('a');
  await expect(page.getByRole('combobox', { name: 'Find a colleague or a team' })).toBeFocused();
  await expect(page.getByRole('option', { name: /Laura Medina/ })).toHaveAttribute('aria-selected', 'true');
  // Who answers takes the conversation; below the colleagues it can be given up.
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(inbox.console.getByRole('button', { name: 'Assign: Unassigned' })).toBeVisible();
  await expect(inbox.timeline.getByText('You removed the assignee')).toBeVisible();

  await page.keyboard.press('/');
  await page.keyboard.type('Mateo');
  await expect(inbox.list.getByRole('link')).toHaveCount(1);
  await expect(inbox.composer).toBeVisible();
  // Once clears the search, twice leaves it.
  await page.keyboard.press('Escape');
  await expect(inbox.list.getByRole('link')).toHaveCount(2);
  await page.keyboard.press('Escape');
  await expect(inbox.composer).toBeVisible();

  for (const key of ['?', 'Control+k']) {
    await page.keyboard.press(key);
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
  }
  // Escape closed the dialogs and nothing below them.
  await expect(inbox.composer).toBeVisible();

  await page.keyboard.press('e');
  await expect(inbox.timeline.getByText(/closed the conversation/i)).toBeVisible();
  expect(await server.received('telegram', '7001002')).not.toContain('seen by the team');
});

test('two contacts of one phone point to each other', async ({ page, server }) => {
  server.addOwner();
  await signIn(page, server);
  const made: string[] = [];
  for (const first_name of ['Ana', 'Anita']) {
    const { id } = await server.api<{ id: string }>('POST', '/contacts', { first_name, phone: '+593987650000' });
    made.push(id);
  }
  await page.goto(`${server.url}/inbox/all/${made[0]}`);
  const drawer = page.getByRole('complementary', { name: 'Contact details' });
  const same = drawer.getByRole('region', { name: /somebody you know already/ });
  await expect(same).toContainText('Anita');
  await expect(same).toContainText('Same phone');
  await accessible(page);
  await same.getByRole('link', { name: /Anita/ }).click();
  await expect(page).toHaveURL(new RegExp(made[1]!));
  await expect(same.getByRole('link', { name: /^(?!.*Anita).*Ana/ })).toBeVisible();
  // One of them has another number: nothing is said any more.
  await server.api('PATCH', `/contacts/${made[1]}`, { phone: '+593987650001' });
  await expect(same).toHaveCount(0);
});

test('a list is found where it was left', async ({ page, server }) => {
  server.addOwner();
  server.seed(300);
  await signIn(page, server);
  await page.goto(`${server.url}/inbox/all?status=all`);
  const rows = page.locator('[data-row]');
  await expect(rows.first()).toBeVisible();
  const scroller = page.locator('div.overflow-y-auto').filter({ has: rows });
  const top = () => scroller.evaluate((el) => el.scrollTop);
  await scroller.evaluate((el) => el.scrollTo(0, 1500));
  await expect.poll(top).toBe(1500);
  const seen = await rows.evaluateAll((all) => all.map((el) => (el as HTMLElement).dataset.row));

  // In the settings and back.
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await expect(page).toHaveURL(/\/settings/);
  await page.goBack();
  await expect.poll(top).toBe(1500);
  await expect(page.locator(`[data-row="${seen[Math.floor(seen.length / 2)]}"]`)).toBeVisible();

  // Another list starts at its top.
  await page.getByRole('navigation', { name: 'Inboxes' }).getByRole('link', { name: /^Unassigned/ }).click();
  await expect(page).toHaveURL(/unassigned/);
  await expect(rows.first()).toBeVisible();
  await expect.poll(top).toBe(0);
  await page.goBack();
  await expect.poll(top).toBe(1500);

  // Far down, and after the page was loaded again.
  const down = () => scroller.evaluate((el) => el.scrollTo(0, Math.min(8000, el.scrollHeight)));
  await expect(async () => {
    await down();
    expect(await top()).toBe(8000);
  }).toPass();
  await page.reload();
  await expect.poll(top).toBe(8000);
  await expect(rows.first()).toBeVisible();
  // It stays there: whoever scrolls from there isn't taken back.
  await scroller.hover();
  await page.mouse.wheel(0, -7000);
  await expect.poll(top).toBeLessThan(1500);
  await page.reload();
  await expect.poll(top).toBeGreaterThan(500);
  expect(await top()).toBeLessThan(1500);
});
