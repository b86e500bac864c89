import { expect, type Page } from '@playwright/test';
import { Inbox, signIn, test } from './app.ts';
import { authenticatorCode } from './authenticator.ts';
import { mateo } from './kinds.ts';
import { Mailbox } from './mailbox.ts';
import { owner, Server } from './server.ts';

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: new RegExp(`^${owner.name}: profile`) }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/login$/);
}

async function givePassword(page: Page, who: { email: string; password: string }): Promise<void> {
  await page.getByLabel('E-mail').fill(who.email);
  await page.getByLabel('Password', { exact: true }).fill(who.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

test('somebody is invited by a link, joins with it and works; removed, they are out at once', async ({ page, browser, server }) => {
  server.addOwner();
  await server.connect('telegram');
  await server.customer(mateo.account, mateo.person, { kind: 'text', text: '¿Hacen envíos?' });
  await signIn(page, server);
  await page.goto(`${server.url}/settings/users`);

  // Everything by keyboard.
  await page.getByRole('button', { name: 'Invite', exact: true }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('E-mail')).toBeFocused();
  await page.keyboard.type(owner.email);
  await page.keyboard.press('Enter');
  await expect(dialog.getByText('This person is a member of the workspace already.')).toBeVisible();
  await dialog.getByLabel('E-mail').fill('carla@example.com');
  await page.keyboard.press('Tab');
  await expect(dialog.getByRole('radio', { name: /^Agent/ })).toBeFocused();
  await page.keyboard.press('Enter');
  // No mail server here: whoever invites passes the link on.
  await expect(dialog).toContainText('This server sends no mail.');
  const link = await dialog.getByRole('textbox', { name: 'Invitation link' }).inputValue();
  expect(link).toContain(`${server.url}/invite/`);
  await expect(dialog.getByRole('button', { name: 'Done' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Pending invitations' })).toBeVisible();
  await expect(page.getByText(/^Agent · Expires in 7 days$/)).toBeVisible();

  // A new link replaces the first.
  await page.getByRole('button', { name: 'More actions: carla@example.com' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'New link' }).press('Enter');
  const second = await dialog.getByRole('textbox', { name: 'Invitation link' }).inputValue();
  expect(second).not.toBe(link);
  await page.keyboard.press('Escape');

  const other = await browser.newContext({ locale: 'en-US' });
  const theirs = await other.newPage();
  await theirs.goto(link);
  await expect(theirs.getByRole('heading', { name: 'This link doesn’t work' })).toBeVisible();
  await theirs.goto(second);
  await expect(theirs.getByText(`${owner.name} invites you as an agent.`)).toBeVisible();
  await expect(theirs.getByLabel('E-mail')).toHaveValue('carla@example.com');
  await expect(theirs.getByLabel('Your name')).toBeFocused();
  await theirs.keyboard.type('Carla Ruiz');
  await theirs.keyboard.press('Tab');
  await theirs.keyboard.type('short');
  await theirs.getByLabel('Password', { exact: true }).fill('a winding river');
  await theirs.keyboard.press('Enter');
  const inbox = new Inbox(theirs);
  await inbox.open(mateo.name);
  await inbox.write('Sí, a todo el país');
  await expect.poll(() => server.received(mateo.account, mateo.person)).toContain('Sí, a todo el país');

  // The list knows without being asked again.
  await expect(page.getByRole('button', { name: 'Access of Carla Ruiz' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Pending invitations' })).toHaveCount(0);
  await page.getByRole('button', { name: 'More actions: Carla Ruiz' }).click();
  await page.getByRole('menuitem', { name: 'Remove from the workspace' }).click();
  await dialog.getByRole('button', { name: 'Remove user' }).click();
  await expect(theirs).toHaveURL(/\/login/);
  await givePassword(theirs, { email: 'carla@example.com', password: 'a winding river' });
  await expect(theirs.getByRole('alert')).toBeVisible();
  await other.close();
});

test('an invitation is cancelled, and its link is dead', async ({ page, server }) => {
  server.addOwner();
  const { link } = await server.api<{ link: string }>('POST', '/invitations', { email: 'carla@example.com', role: 'manager', restrictions: ['data_export'] });
  await signIn(page, server);
  await page.goto(`${server.url}/settings/users`);
  await expect(page.getByText(/^Manager · May not export data · Expires/)).toBeVisible();
  await page.getByRole('button', { name: 'More actions: carla@example.com' }).click();
  await page.getByRole('menuitem', { name: 'Cancel invitation' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel invitation' }).click();
  await expect(page.getByText('Invitation cancelled')).toBeVisible();
  await expect(page.getByText('carla@example.com')).toHaveCount(0);
  await page.goto(link);
  await expect(page.getByRole('heading', { name: 'This link doesn’t work' })).toBeVisible();
});

test('a manager invites and changes agents only', async ({ page, server }) => {
  server.addOwner();
  server.addUser('Beto Agent', 'agent');
  const manager = server.addUser('Marta Manager', 'manager');
  await server.api('POST', '/invitations', { email: 'boss@example.com', role: 'owner' });
  expect((await page.request.post(`${server.url}/api/v1/session`, { data: manager })).ok()).toBe(true);
  await page.goto(`${server.url}/settings/users`);
  await expect(page.getByRole('button', { name: 'Access of Beto Agent' })).toBeVisible();
  await expect(page.getByRole('button', { name: `Access of ${owner.name}` })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Only owners change the access of owners and managers.' })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Nobody changes their own access/ })).toBeVisible();
  await expect(page.getByText('boss@example.com')).toBeVisible();
  await expect(page.getByRole('button', { name: 'More actions: boss@example.com' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await expect(page.getByRole('radio', { name: /^Agent/ })).toBeVisible();
  await expect(page.getByRole('radio', { name: /^(Owner|Manager)/ })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await page.goto(`${server.url}/settings/teams`);
  await expect(page.getByRole('button', { name: 'New team' })).toBeVisible();
});

test('an agent is told that these pages are not theirs', async ({ page, server }) => {
  server.addOwner();
  const agent = server.addUser('Beto Agent', 'agent');
  expect((await page.request.post(`${server.url}/api/v1/session`, { data: agent })).ok()).toBe(true);
  for (const path of ['users', 'teams']) {
    await page.goto(`${server.url}/settings/${path}`);
    await expect(page.getByText('You may not open this page')).toBeVisible();
  }
  await expect(page.getByRole('link', { name: 'Users', exact: true })).toHaveCount(0);
});

test('the second step: turned on, asked for, passed by a code and by a recovery code, turned off', async ({ page, server }) => {
  server.addOwner();
  await signIn(page, server);
  await page.goto(`${server.url}/settings/profile`);
  await page.getByRole('button', { name: 'Turn on' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Password').fill('not the password');
  await page.keyboard.press('Enter');
  // A wrong password here ends no session.
  await expect(dialog.getByLabel('Password')).toHaveAttribute('aria-invalid', 'true');
  await dialog.getByLabel('Password').fill(owner.password);
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('img', { name: 'QR code for the authenticator app' })).toBeVisible();
  const secret = await dialog.getByRole('textbox', { name: 'Or type this key into the app' }).inputValue();
  await expect(dialog.getByLabel('Code from the app')).toBeFocused();
  // The last step's code is good for the length of this one: not at its very end.
  await expect.poll(() => 30 - ((Date.now() / 1000) % 30), { timeout: 15_000 }).toBeGreaterThan(8);
  await page.keyboard.type(authenticatorCode(secret, -1));
  await page.keyboard.press('Enter');
  const codes = dialog.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
  await expect(codes).toHaveCount(10);
  const spare = (await codes.allInnerTexts())[0] ?? '';
  const download = page.waitForEvent('download');
  await dialog.getByRole('link', { name: 'Download' }).click();
  expect((await download).suggestedFilename()).toBe('bandeja-recovery-codes.txt');
  // Escape would lose them: it leads to the button that says they are kept.
  await page.keyboard.press('Escape');
  await expect(codes).toHaveCount(10);
  await expect(dialog.getByRole('button', { name: 'I have kept them' })).toBeFocused();
  await dialog.getByRole('button', { name: 'I have kept them' }).click();
  await expect(page.getByText(/10 recovery codes left/)).toBeVisible();

  await signOut(page);
  await givePassword(page, owner);
  await expect(page.getByRole('heading', { name: 'One more step' })).toBeVisible();
  await expect(page.getByLabel('Code')).toBeFocused();
  await page.keyboard.type('000000');
  await page.keyboard.press('Enter');
  await expect(page.getByText('This code is wrong or was used already.')).toBeVisible();
  await page.getByLabel('Code').fill(authenticatorCode(secret));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/inbox\//);

  await signOut(page);
  await givePassword(page, owner);
  await page.getByRole('button', { name: 'Use a recovery code' }).click();
  await expect(page.getByLabel('Recovery code', { exact: true })).toBeFocused();
  await page.keyboard.type(spare.toUpperCase());
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/inbox\//);

  await page.goto(`${server.url}/settings/profile`);
  await expect(page.getByText(/9 recovery codes left/)).toBeVisible();
  await page.getByRole('button', { name: 'Turn off' }).click();
  await dialog.getByLabel('Password').fill(owner.password);
  await dialog.getByLabel(/^Code from the app/).fill(authenticatorCode(secret, 1));
  await dialog.getByRole('button', { name: 'Turn off' }).click();
  await expect(page.getByText('Two-factor authentication is off')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Turn on' })).toBeVisible();
});

test('an owner turns off the second step of somebody who lost the phone', async ({ page, browser, server }) => {
  server.addOwner();
  const agent = server.addUser('Beto Agent', 'agent');
  const other = await browser.newContext({ locale: 'en-US' });
  const api = async <T>(method: 'post' | 'put', path: string, data: unknown) =>
    (await (await other.request[method](`${server.url}/api/v1${path}`, { data })).json()) as T;
  await api('post', '/session', agent);
  const { secret } = await api<{ secret: string }>('post', '/me/two-factor', { password: agent.password });
  await api('put', '/me/two-factor', { code: authenticatorCode(secret) });
  await signIn(page, server);
  await page.goto(`${server.url}/settings/users`);
  await page.getByRole('button', { name: 'More actions: Beto Agent' }).click();
  await page.getByRole('menuitem', { name: 'Turn off two-factor authentication' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Turn off' }).click();
  await expect(page.getByText('Beto Agent signs in with the password alone')).toBeVisible();
  const theirs = await other.newPage();
  await theirs.goto(`${server.url}/login`);
  await givePassword(theirs, agent);
  await expect(theirs).toHaveURL(/\/inbox\//);
  await other.close();
});

test('a forgotten password is replaced by a link of a mail', async ({ page }) => {
  const mailbox = await Mailbox.start();
  const server = await Server.start({ BANDEJA_SMTP_URL: mailbox.url });
  try {
    server.addOwner();
    await page.goto(`${server.url}/login`);
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    const email = page.getByLabel('E-mail');
    await email.fill(owner.email);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Look into your mailbox' })).toBeVisible();
    await expect.poll(() => mailbox.links(owner.email, 'reset')).toHaveLength(1);
    const link = mailbox.links(owner.email, 'reset')[0] ?? '';
    await page.goto(link);
    await page.getByLabel('New password').fill('a much better password');
    await page.keyboard.press('Enter');
    await expect(page.getByText('The password is changed. Sign in with it.')).toBeVisible();
    await givePassword(page, { ...owner, password: 'a much better password' });
    await expect(page).toHaveURL(/\/inbox\//);

    // The link works once.
    await page.goto(link);
    await page.getByLabel('New password').fill('another good password');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'This link doesn’t work' })).toBeVisible();
    await page.getByRole('link', { name: 'Ask for a new link' }).click();
    await expect(page.getByRole('button', { name: 'Send link' })).toBeVisible();

    // An invitation is mailed too.
    await page.goto(`${server.url}/settings/users`);
    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    await page.getByLabel('E-mail').fill('carla@example.com');
    await page.keyboard.press('Enter');
    await expect(page.getByText('A mail with the link is on its way to carla@example.com.')).toBeVisible();
    const shown = await page.getByRole('textbox', { name: 'Invitation link' }).inputValue();
    await expect.poll(() => mailbox.links('carla@example.com', 'invite')).toEqual([shown]);
  } finally {
    await server.stop();
    mailbox.stop();
  }
});

test('what the single sign-on came back with is said in words, and its button leads there', async ({ page, server }) => {
  server.addOwner();
  await page.goto(`${server.url}/login?problem=sso_unknown`);
  await expect(page.getByRole('alert')).toContainText('There is no account for you here. Ask an owner to invite you.');
  // A provider takes a certificate and a name; what the server says of one is enough here.
  await page.route('**/api/v1/setup', (r) => r.fulfill({ json: { needed: false, mail: false, password: false, oidc: { name: 'Quito' } } }));
  await page.goto(`${server.url}/login?next=%2Fsettings%2Fusers`);
  await expect(page.getByRole('link', { name: 'Sign in with Quito' })).toHaveAttribute('href', '/auth/oidc/start?to=%2Fsettings%2Fusers');
  await expect(page.getByLabel('E-mail')).toHaveCount(0);
  await page.getByRole('button', { name: 'Sign in with a password' }).click();
  await expect(page.getByLabel('E-mail')).toBeFocused();
});

test('the users screen by keyboard alone', async ({ page, server }) => {
  server.addOwner();
  for (const name of ['Ana Rueda', 'Beto Paz', 'Carla Ruiz']) server.addUser(name, 'agent');
  await server.api('POST', '/teams', { name: 'Sales' });
  await signIn(page, server);
  await page.goto(`${server.url}/settings/users`);
  await expect(page.getByRole('button', { name: 'Access of Ana Rueda' })).toBeVisible();
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Search users' })).toBeFocused();
  await page.keyboard.type('béto');
  await expect(page.getByRole('status').filter({ hasText: '1 user' })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Export as CSV' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Access of Beto Paz' })).toBeFocused();
  await page.keyboard.press('Enter');
  const access = page.getByRole('dialog', { name: 'Access of Beto Paz' });
  await expect(access).toBeVisible();
  await access.getByRole('radio', { name: /^Agent/ }).focus();
  await page.keyboard.press('ArrowUp');
  await expect(access.getByRole('radio', { name: /^Manager/ })).toBeChecked();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await expect(access.getByRole('checkbox', { name: 'Export data' })).toBeChecked();
  for (const name of ['Delete contacts', 'Open the workspace’s settings', 'Use API tokens', 'Sales']) {
    await page.keyboard.press('Tab');
    await expect(access.getByRole('checkbox', { name })).toBeFocused();
  }
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await expect(access).toBeHidden();
  await expect(page.getByText('May not export data')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Access of Beto Paz' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menu')).toBeVisible();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Remove Beto Paz?' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  const users = await server.api<{ items: { name: string; role: string; restrictions: string[]; team_ids: string[] }[] }>('GET', '/users');
  expect(users.items.find((u) => u.name === 'Beto Paz')).toMatchObject({ role: 'manager', restrictions: ['data_export'], team_ids: [expect.any(String)] });
});

test('a picture is cropped in the browser and seen by everybody', async ({ page, server }) => {
  server.addOwner();
  await signIn(page, server);
  await page.goto(`${server.url}/settings/profile`);
  const wide = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = 900;
    canvas.height = 400;
    canvas.getContext('2d')?.fillRect(0, 0, 450, 400);
    return canvas.toDataURL('image/png').split(',')[1] ?? '';
  });
  await page.locator('input[type=file]').setInputFiles({ name: 'no.png', mimeType: 'image/png', buffer: Buffer.from('not a picture') });
  await expect(page.getByText(/^This picture can’t be read/)).toBeVisible();
  await page.locator('input[type=file]').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer: Buffer.from(wide, 'base64') });
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('slider', { name: 'Size' })).toBeFocused();
  await expect(dialog.getByRole('slider', { name: 'Up or down' })).toBeDisabled();
  // To the far right, where there is nothing black.
  await dialog.getByRole('slider', { name: 'Left or right' }).press('End');
  await dialog.getByRole('button', { name: 'Use picture' }).click();
  await expect(page.getByRole('button', { name: 'Change picture' })).toBeVisible();
  const { items } = await server.api<{ items: { picture_url: string }[] }>('GET', '/users');
  const seen = await page.evaluate(async (url) => {
    const picture = await createImageBitmap(await (await fetch(url)).blob());
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d');
    context?.drawImage(picture, 0, 0);
    return [picture.width, picture.height, ...(context?.getImageData(2, 2, 1, 1).data ?? [])];
  }, items[0]?.picture_url ?? '');
  expect(seen).toEqual([256, 256, 255, 255, 255, 255]);
  await page.getByRole('button', { name: 'Remove picture' }).click();
  await expect(page.getByRole('button', { name: 'Choose picture' })).toBeFocused();
});
