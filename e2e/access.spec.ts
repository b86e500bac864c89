import { expect, type Page } from '@playwright/test';
import { Inbox, signIn, test } from './app.ts';
import { authenticatorCode } from './authenticator.ts';
import { accessibleInBoth } from './axe.ts';
import { contactId, diego, everyKind, lucia, mateo, valentina } from './kinds.ts';
import { Mailbox } from './mailbox.ts';
import { owner, Server } from './server.ts';

// Every screen at every width, light and dark, without a violation of WCAG 2.2 AA.

// A trace would copy these large pages at every step.
// Nor may the service worker let a request pass by page.route.
test.use({ trace: 'off', serviceWorkers: 'block', contextOptions: { reducedMotion: 'reduce' } });
test.describe.configure({ mode: 'parallel' });

/** A picture of a few green points. */
const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR42mPgz06GIAY4CwAx6AUvnnBxzAAAAABJRU5ErkJggg==';

/** An inbox in which every kind of message came, read and answered by nobody yet. */
async function furnish(server: Server): Promise<void> {
  server.addOwner();
  await server.connect('telegram');
  await server.connect('whatsapp_cloud');
  await server.api('POST', '/channels', { type: 'webchat', name: 'Shop', config: {} });
  for (const c of [lucia, mateo]) await server.customer(c.account, c.person, { kind: 'text', text: 'Hola' });
  await server.reading(valentina.account, valentina.person, true);
  await everyKind(server, valentina);
}

/** Opens something, looks at it, closes it by Escape. */
async function look(page: Page, screen: string, role: 'dialog' | 'menu', open: () => Promise<void>): Promise<void> {
  await open();
  await expect(page.getByRole(role)).toBeVisible();
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
  await accessibleInBoth(page, screen);
  await page.keyboard.press('Escape');
  await expect(page.getByRole(role)).toBeHidden();
}

for (const width of [1440, 820, 390]) {
  const phone = width < 700;

  test.describe(`${width} px`, () => {
    const height = phone ? 844 : 900;
    test.use({ viewport: { width, height }, hasTouch: phone, isMobile: phone });

    test('set-up and login', async ({ page, server }) => {
      await page.goto(server.url);
      await expect(page.getByRole('heading', { name: 'Welcome to Bandeja' })).toBeVisible();
      await accessibleInBoth(page, 'set-up');
      server.addOwner();
      await page.goto(`${server.url}/login`);
      await page.getByLabel('E-mail').fill('nobody@example.com');
      await page.getByLabel('Password', { exact: true }).fill('not a password');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('alert')).toBeVisible();
      await accessibleInBoth(page, 'login refused');
      await signIn(page, server);
      await page.goto(`${server.url}/inbox/all`);
      await expect(page.getByText('No contacts yet')).toBeVisible();
      await accessibleInBoth(page, 'empty inbox');
      await page.goto(`${server.url}/dashboard`);
      await expect(page.getByRole('link', { name: 'Connect a channel' })).toBeVisible();
      await accessibleInBoth(page, 'empty dashboard');
      await page.goto(`${server.url}/nowhere`);
      await expect(page.getByRole('heading', { name: 'This page doesn’t exist' })).toBeVisible();
      await accessibleInBoth(page, 'no such page');
      await page.goto(`${server.url}/inbox/all/1`);
      await expect(page.getByText('This contact doesn’t exist, or you may not see it.')).toBeVisible();
      await accessibleInBoth(page, 'no such contact');
    });

    test('the ways in', async ({ page }) => {
      const mailbox = await Mailbox.start();
      const server = await Server.start({ BANDEJA_SMTP_URL: mailbox.url });
      try {
        server.addOwner();
        await signIn(page, server);
        // People.
        await page.goto(`${server.url}/settings/users`);
        await look(page, 'invitation', 'dialog', async () => {
          await page.getByRole('button', { name: 'Invite', exact: true }).click();
          await page.getByLabel('E-mail').fill(owner.email);
          await page.getByRole('radio', { name: /^Manager/ }).check();
          await page.keyboard.press('Enter');
          await expect(page.getByLabel('E-mail')).toHaveAttribute('aria-invalid', 'true');
          await accessibleInBoth(page, 'invitation refused');
          await page.getByLabel('E-mail').fill('carla@example.com');
          await page.getByRole('dialog').getByRole('button', { name: 'Invite' }).click();
          await expect(page.getByRole('textbox', { name: 'Invitation link' })).toBeVisible();
        });
        await expect(page.getByRole('heading', { name: 'Pending invitations' })).toBeVisible();
        await accessibleInBoth(page, 'users, one invited');
        await look(page, 'what can be done with an invitation', 'menu', () => page.getByRole('button', { name: 'More actions: carla@example.com' }).click());
        await look(page, 'cancelling an invitation', 'dialog', async () => {
          await page.getByRole('button', { name: 'More actions: carla@example.com' }).click();
          await page.getByRole('menuitem', { name: 'Cancel invitation' }).click();
        });
        // The picture and the second step.
        await page.goto(`${server.url}/settings/profile`);
        const picture = { name: 'me.png', mimeType: 'image/png', buffer: Buffer.from(dot, 'base64') };
        await look(page, 'part of a picture', 'dialog', () => page.locator('input[type=file]').setInputFiles(picture));
        await page.getByRole('button', { name: 'Turn on' }).click();
        await page.getByRole('dialog').getByLabel('Password').fill(owner.password);
        await accessibleInBoth(page, 'second step, password');
        await page.keyboard.press('Enter');
        const secret = page.getByRole('textbox', { name: 'Or type this key into the app' });
        await expect(secret).toBeVisible();
        await accessibleInBoth(page, 'second step, QR code');
        await page.getByLabel('Code from the app').fill(authenticatorCode(await secret.inputValue()));
        await page.keyboard.press('Enter');
        await expect(page.getByRole('list', { name: 'Recovery codes' })).toBeVisible();
        await accessibleInBoth(page, 'recovery codes');
        await page.getByRole('button', { name: 'I have kept them' }).click();
        await expect(page.getByText(/10 recovery codes left/)).toBeVisible();
        await accessibleInBoth(page, 'second step on');
        await look(page, 'second step, turning off', 'dialog', () => page.getByRole('button', { name: 'Turn off' }).click());
        // Outside.
        await page.context().clearCookies();
        await page.goto(`${server.url}/login?problem=sso_failed`);
        await expect(page.getByRole('alert')).toBeVisible();
        await accessibleInBoth(page, 'login with a problem');
        await page.getByLabel('E-mail').fill(owner.email);
        await page.getByLabel('Password', { exact: true }).fill(owner.password);
        await page.keyboard.press('Enter');
        await page.getByLabel('Code').fill('000000');
        await page.keyboard.press('Enter');
        await expect(page.getByLabel('Code')).toHaveAttribute('aria-invalid', 'true');
        await accessibleInBoth(page, 'second step of signing in, refused');
        await page.getByRole('button', { name: 'Use a recovery code' }).click();
        await accessibleInBoth(page, 'recovery code');
        await page.goto(`${server.url}/forgot`);
        await page.getByLabel('E-mail').fill(owner.email);
        await accessibleInBoth(page, 'forgotten password');
        await page.keyboard.press('Enter');
        await expect(page.getByRole('heading', { name: 'Look into your mailbox' })).toBeVisible();
        await accessibleInBoth(page, 'forgotten password, sent');
        await page.goto(`${server.url}/reset/nothing`);
        await page.getByLabel('New password').fill('a better password');
        await accessibleInBoth(page, 'new password');
        await page.keyboard.press('Enter');
        await expect(page.getByRole('heading', { name: 'This link doesn’t work' })).toBeVisible();
        await accessibleInBoth(page, 'dead link');
        await expect.poll(() => mailbox.links('carla@example.com', 'invite')).toHaveLength(1);
        await page.goto(mailbox.links('carla@example.com', 'invite')[0] ?? '');
        await expect(page.getByLabel('Your name')).toBeVisible();
        await accessibleInBoth(page, 'joining');
        for (const password of [true, false]) {
          await page.route('**/api/v1/setup', (r) => r.fulfill({ json: { needed: false, mail: false, password, oidc: { name: 'Quito' } } }));
          await page.goto(`${server.url}/login`);
          await expect(page.getByRole('link', { name: 'Sign in with Quito' })).toBeVisible();
          await accessibleInBoth(page, `single sign-on, passwords ${password}`);
        }
        await page.goto(`${server.url}/forgot`);
        await expect(page.getByText(/^This server sends no mail/)).toBeVisible();
        await accessibleInBoth(page, 'forgotten password, no mail');
      } finally {
        await server.stop();
        mailbox.stop();
      }
    });

    test('list and frame', async ({ page, server, context }) => {
      await furnish(server);
      await signIn(page, server);
      await page.goto(`${server.url}/inbox/all`);
      const inbox = new Inbox(page);
      for (const c of [lucia, mateo, valentina]) await expect(inbox.row(c.name)).toContainText('unread');
      await accessibleInBoth(page, 'list');
      await look(page, 'order menu', 'menu', () => page.getByRole('button', { name: /^Order/ }).click());
      await look(page, 'status menu', 'menu', () => page.getByRole('button', { name: /^Status/ }).click());
      await look(page, 'notifications', 'dialog', async () => {
        await page.locator('nav button[aria-label^=Notifications]:visible').click();
        await expect(page.getByRole('dialog').locator('[data-notice]').first()).toBeVisible();
      });
      await look(page, 'profile menu', 'menu', () => page.getByRole('button', { name: new RegExp(owner.name) }).click());
      // Where the sidebar stands it is folded away first.
      if (width >= 1024) await page.keyboard.press('[');
      await look(page, 'inboxes over the page', 'dialog', () => page.getByRole('button', { name: /^Inboxes/ }).click());
      await look(page, 'palette', 'dialog', () => page.keyboard.press('Control+k'));
      await look(page, 'shortcuts', 'dialog', () => page.keyboard.press('?'));
      await look(page, 'add contact', 'dialog', async () => {
        await page.getByRole('button', { name: 'Add contact' }).click();
        await page.getByLabel('First name').fill('Ana');
        await page.getByLabel('Phone').fill('12');
        await page.keyboard.press('Enter');
        await expect(page.getByLabel('Phone')).toHaveAttribute('aria-invalid', 'true');
      });
      await page.getByRole('searchbox').fill('Lucía');
      await expect(inbox.list.getByRole('link')).toHaveCount(1);
      await accessibleInBoth(page, 'found');
      await page.getByRole('searchbox').fill('nobody at all');
      await expect(page.getByText('Nobody matches “nobody at all”')).toBeVisible();
      await accessibleInBoth(page, 'nothing found');
      await page.getByRole('button', { name: 'Messages', exact: true }).click();
      await expect(page.getByText('Nothing with “nobody at all”')).toBeVisible();
      await page.getByRole('searchbox').fill('pedido');
      await expect(inbox.list.locator('mark').first()).toBeVisible();
      await accessibleInBoth(page, 'found messages');
      await server.api('PATCH', `/contacts/${await contactId(server, lucia.name)}`, { phone: '+593 98 765 4321' });
      await page.goto(`${server.url}/dashboard`);
      await page.getByRole('button', { name: 'Unassigned' }).click();
      await expect(page.getByRole('region', { name: 'Waiting for an answer' }).getByRole('link', { name: lucia.name })).toBeVisible();
      await expect(page.getByRole('region', { name: 'Possible duplicates' }).getByText('Same phone', { exact: true })).toBeVisible();
      await accessibleInBoth(page, 'dashboard');
      await context.setOffline(true);
      await expect(page.getByText(/^You’re offline/)).toBeVisible();
      await accessibleInBoth(page, 'offline');
    });

    test('many at once', async ({ page, server }) => {
      await furnish(server);
      await signIn(page, server);
      const contact = await contactId(server, mateo.name);
      await server.api('POST', `/contacts/${contact}/block`, {});
      await server.api('POST', '/bulk', {
        target: { contact_ids: [contact, await contactId(server, lucia.name)] },
        action: { snooze: { until: new Date(Date.now() + 3600_000) } },
      });
      await page.goto(`${server.url}/inbox/all`);
      const inbox = new Inbox(page);
      await expect(inbox.row(valentina.name)).toBeVisible();
      await page.getByRole('checkbox', { name: /^Select/ }).last().check({ force: true });
      const bar = page.getByRole('toolbar', { name: 'Selected contacts' });
      await expect(bar).toBeVisible();
      await accessibleInBoth(page, 'selected');
      await look(page, 'tags for many', 'dialog', () => bar.getByRole('button', { name: 'Tag' }).click());
      await look(page, 'snooze many', 'dialog', () => bar.getByRole('button', { name: 'Snooze' }).click());
      await bar.getByRole('button', { name: 'What was done lately' }).click();
      const report = page.getByRole('dialog').getByRole('button', { name: /^Snooze/ });
      await expect(report).toContainText('1');
      await accessibleInBoth(page, 'done lately');
      await report.click();
      await expect(page.getByText(/is blocked/)).toBeVisible();
      await accessibleInBoth(page, 'report');
    });

    test('custom inboxes', async ({ page, server }) => {
      server.addOwner();
      const colleague = server.addUser('Beto Agent', 'agent');
      const { items } = await server.api<{ items: { id: string; email: string }[] }>('GET', '/users');
      const id = items.find((u) => u.email === colleague.email)!.id;
      await server.api('POST', '/teams', { name: 'Sales', user_ids: [id] });
      await server.api('POST', '/channels', { type: 'webchat', name: 'Shop', config: {} });
      const made = await server.api<{ id: string }>('POST', '/custom-inboxes', {
        name: 'Waiting',
        sharing: 'shared',
        user_ids: [id],
        filter: {
          match: 'all',
          of: [
            { field: 'since_incoming', operator: 'between', value: ['1', '5'], unit: 'hours' },
            {
              match: 'any',
              of: [
                { field: 'country', operator: 'any_of', value: ['EC', 'ES'] },
                { field: 'created_at', operator: 'after', value: ['2026-01-31'] },
                { field: 'first_name', operator: 'contains', value: ['a'] },
              ],
            },
          ],
        },
      });
      await signIn(page, server);
      await page.goto(`${server.url}/inbox/${made.id}`);
      await expect(page.getByText('No contact fits')).toBeVisible();
      await accessibleInBoth(page, 'custom inbox');
      const actions = page.getByRole('button', { name: 'Actions of Waiting' }).last();
      await look(page, 'custom inbox, menu', 'menu', () => actions.click());
      for (const [item, title] of [
        ['Filters', 'Filters of Waiting'],
        ['Rename', 'Rename inbox'],
        ['Share', 'Share inbox'],
        ['Delete', 'Delete the inbox “Waiting”?'],
      ] as const)
        await look(page, title, 'dialog', async () => {
          await actions.click();
          await page.getByRole('menuitem', { name: item }).click();
          await expect(page.getByRole('dialog', { name: title })).toBeVisible();
        });
    });

    test('conversation', async ({ page, server }) => {
      await furnish(server);
      const chat = await contactId(server, valentina.name);
      await server.api('POST', `/contacts/${chat}/messages`, { comment: true, text: 'Es clienta desde 2019' });
      await server.api('PUT', '/closing', { mode: 'both', categories: [{ name: 'Sale', description: 'Somebody bought something' }] });
      await signIn(page, server);
      await page.goto(`${server.url}/inbox/all/${chat}`);
      const inbox = new Inbox(page);
      const asked = inbox.message('Esas, por favor');
      await expect(inbox.message('Es clienta desde 2019')).toBeInViewport();
      await accessibleInBoth(page, 'conversation, its end');
      await inbox.timeline.evaluate((el) => el.scrollTo(0, 0));
      await expect(page.getByRole('button', { name: 'Jump to latest' })).toBeVisible();
      await accessibleInBoth(page, 'conversation, its beginning');
      await look(page, 'picture', 'dialog', () => inbox.timeline.getByRole('button', { name: /Open full size/ }).click());
      // Tall enough for all of it.
      await page.setViewportSize({ width, height: 3600 });
      await expect(inbox.message('¿Tienen rosas?').first()).toBeInViewport();
      await expect(page.getByRole('button', { name: 'Jump to latest' })).toBeHidden();
      await accessibleInBoth(page, 'conversation');
      await page.setViewportSize({ width, height });
      await inbox.timeline.evaluate((el) => el.scrollTo(0, el.scrollHeight));
      await expect(asked).toBeInViewport();
      if (!phone) {
        await asked.hover();
        await look(page, 'react', 'dialog', () => asked.getByRole('button', { name: 'React' }).click());
      }
      await look(page, 'message actions', 'menu', () => asked.getByRole('button', { name: 'Message actions' }).click());
      await inbox.message('Es clienta desde 2019').getByRole('button', { name: /^Message details/ }).click();
      await expect(page.getByRole('tooltip')).toBeVisible();
      await accessibleInBoth(page, 'message details');
      await page.keyboard.press('Escape');
      await expect(page.getByRole('tooltip')).toBeHidden();
      await look(page, 'assign', 'dialog', () => page.getByRole('button', { name: /^Assign/ }).click());
      await look(page, 'more', 'menu', () => page.getByRole('button', { name: 'More actions' }).click());
      await look(page, 'snooze', 'dialog', () => page.getByRole('button', { name: 'Snooze', exact: true }).click());
      await look(page, 'closing note', 'dialog', async () => {
        await page.getByRole('button', { name: 'Close conversation' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Close conversation' }).click();
        await expect(page.getByText('Choose a category to close the conversation.')).toBeVisible();
      });
      await server.api('POST', `/contacts/${chat}/tags`, { add: ['VIP', 'Boda'] });
      for (const type of ['text', 'checkbox', 'date']) await server.api('POST', '/contact-fields', { name: `A ${type}`, type });

      if (width < 1240) {
        await page.getByRole('button', { name: 'More actions' }).click();
        await page.getByRole('menuitem', { name: /Show contact details/ }).click();
      }
      const details = page.getByRole(width < 1240 ? 'dialog' : 'complementary', { name: 'Contact details' });
      await expect(details.getByRole('heading', { name: 'Details' })).toBeVisible();
      await expect(details.getByText('A checkbox')).toBeVisible();
      await expect(details.getByRole('button', { name: 'Remove the tag VIP' })).toBeVisible();
      await accessibleInBoth(page, 'contact details');
      await details.getByRole('button', { name: /^Country:/ }).click();
      await accessibleInBoth(page, 'contact details, country');
      await page.keyboard.press('Escape');
      await details.getByRole('button', { name: /^Phone:/ }).click();
      await details.getByLabel('Phone').fill('12');
      await page.keyboard.press('Enter');
      await expect(details.getByRole('alert')).toBeVisible();
      await accessibleInBoth(page, 'contact details, a phone refused');
    });

    test('what helps to write', async ({ page, server }) => {
      await furnish(server);
      const chat = await contactId(server, lucia.name);
      await server.api('POST', '/snippets', { name: 'saludo', text: 'Buenos días, $contact.firstname', scope: 'workspace' });
      await server.api('POST', '/contact-fields', { name: 'Ciudad', type: 'text' });
      for (const comment of [false, true])
        await server.api('POST', `/contacts/${chat}/scheduled`, { text: 'Mañana', comment, send_at: new Date(Date.now() + 3_600_000) });
      await signIn(page, server);
      await page.goto(`${server.url}/inbox/all/${chat}`);
      const inbox = new Inbox(page);
      const box = inbox.composer.getByRole('textbox');
      const waiting = inbox.timeline.locator('[data-scheduled]');
      await expect(waiting).toHaveCount(2);
      await accessibleInBoth(page, 'scheduled messages');
      await look(page, 'editing a scheduled message', 'dialog', () => waiting.first().getByRole('button', { name: 'Edit' }).click());
      await look(page, 'cancelling a scheduled message', 'dialog', () => waiting.first().getByRole('button', { name: 'Cancel message' }).click());
      for (const [sign, name] of [
        ['$', 'Variables'],
        ['/', 'Snippets'],
      ] as const) {
        await box.pressSequentially(sign);
        await expect(page.getByRole('listbox', { name }).getByRole('option').first()).toBeVisible();
        await accessibleInBoth(page, `the list of ${name.toLowerCase()}`);
        await box.press('Escape');
        await box.fill('');
      }
      await box.fill('En $contact.ciudad y $contact.nope');
      await box.press('Enter');
      await expect(inbox.composer.getByRole('alert')).toBeVisible();
      await accessibleInBoth(page, 'variables without a value');
      await look(page, 'send later', 'dialog', () => inbox.composer.getByRole('button', { name: 'Send later' }).click());
      await look(page, 'go to date', 'dialog', async () => {
        await page.getByRole('button', { name: 'More actions' }).click();
        await page.getByRole('menuitem', { name: 'Go to date…' }).click();
      });
      await server.api('POST', `/contacts/${chat}/scheduled`, { text: 'Ya', send_at: new Date(Date.now() + 300) });
      await server.api('POST', `/contacts/${chat}/block`, {});
      await expect(inbox.timeline.getByText('Wasn’t sent')).toBeVisible();
      await accessibleInBoth(page, 'a scheduled message that failed');
      await page.goto(`${server.url}/settings/snippets`);
      await expect(page.getByText('/saludo')).toBeVisible();
      await accessibleInBoth(page, 'snippets');
      await look(page, 'snippet', 'dialog', () => page.getByRole('button', { name: 'Edit snippet: saludo' }).click());
      await server.api('DELETE', `/snippets/${(await server.api<{ items: { id: string }[] }>('GET', '/snippets')).items[0]!.id}`);
      await expect(page.getByText('No snippets yet')).toBeVisible();
      await accessibleInBoth(page, 'no snippets');
    });

    test('composer', async ({ page, server }) => {
      await furnish(server);
      await signIn(page, server);
      await page.goto(`${server.url}/inbox/all/${await contactId(server, valentina.name)}`);
      const inbox = new Inbox(page);
      const { composer } = inbox;
      const asked = inbox.message('Esas, por favor');
      await expect(asked).toBeVisible();
      await look(page, 'emoji', 'dialog', () => composer.getByRole('button', { name: 'Emoji' }).click());
      await look(page, 'template', 'dialog', async () => {
        await composer.getByRole('button', { name: 'Template' }).click();
        const template = page.getByRole('dialog').getByRole('button', { name: /pedido_listo/ });
        await expect(template).toBeVisible();
        await accessibleInBoth(page, 'templates');
        await template.click();
        await expect(page.getByLabel('Body: 1')).toBeVisible();
      });
      await composer.getByRole('button', { name: /voice/i }).click();
      await expect(composer.getByText('Recording')).toBeVisible();
      await accessibleInBoth(page, 'recording');
      await composer.getByRole('button', { name: 'Stop' }).click();
      await expect(composer.getByRole('button', { name: 'Play' })).toBeVisible();
      await accessibleInBoth(page, 'recorded');
      await composer.getByRole('button', { name: 'Discard' }).click();

      if (phone) {
        await asked.getByRole('button', { name: 'Message actions' }).click();
        await page.getByRole('menuitem', { name: 'Reply' }).click();
      } else {
        await asked.hover();
        await asked.getByRole('button', { name: 'Reply' }).click();
      }
      const file = (name: string) => composer.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from('Rosas') });
      await file('nota.txt');
      await expect(composer.getByRole('listitem').filter({ hasText: 'nota.txt' })).toContainText('5 B');
      await page.route('**/api/v1/files*', (r) => r.abort());
      await file('otra.txt');
      await expect(composer.getByRole('listitem').filter({ hasText: 'otra.txt' })).toContainText('Upload failed');
      await accessibleInBoth(page, 'reply with files, one refused');
      await page.unrouteAll();
      await composer.getByRole('button', { name: 'Comment' }).click();
      await composer.getByRole('textbox').fill('x'.repeat(1010));
      await expect(composer.getByRole('status')).toBeVisible();
      await accessibleInBoth(page, 'comment, too long');
      await composer.getByRole('textbox').fill('');
      await composer.getByRole('button', { name: 'Mention somebody' }).click();
      await expect(page.getByRole('option').first()).toBeVisible();
      await accessibleInBoth(page, 'mention');
      await page.keyboard.press('Escape');

      // WhatsApp doesn't tell that a customer blocked us; sending does.
      await server.customer(valentina.account, valentina.person, { kind: 'block' });
      await page.reload();
      await composer.getByRole('button', { name: 'Reply' }).click();
      await inbox.write('¿Sigue ahí?');
      await expect(inbox.message('¿Sigue ahí?').getByRole('button', { name: 'Retry' })).toBeVisible();
      await accessibleInBoth(page, 'not sent');

      // Telegram does.
      await server.customer(mateo.account, mateo.person, { kind: 'block' });
      await page.goto(`${server.url}/inbox/all/${await contactId(server, mateo.name)}`);
      await expect(inbox.message('Hola')).toBeVisible();
      await accessibleInBoth(page, 'blocked by the contact');

      // One without any channel.
      const added = await server.api<{ id: string }>('POST', '/contacts', { first_name: 'Ana' });
      await page.goto(`${server.url}/inbox/all/${added.id}`);
      await expect(composer.getByText(/^This contact has no channel yet/)).toBeVisible();
      await accessibleInBoth(page, 'contact without a channel');

      // A day later WhatsApp takes a template only.
      await server.customer(diego.account, diego.person, { kind: 'text', text: 'Buenas', ago: 25 * 3600 });
      await page.goto(`${server.url}/inbox/all/${await contactId(server, diego.name)}`);
      await expect(composer.getByRole('button', { name: 'Choose a template' })).toBeVisible();
      await accessibleInBoth(page, 'window closed');
    });

    test('settings', async ({ page, server }) => {
      await furnish(server);
      await signIn(page, server);
      const show = async (path: string, heading: string | RegExp) => {
        await page.goto(`${server.url}/settings/${path}`);
        await expect(page.getByRole('heading', { name: heading, level: 1 })).toBeVisible();
        await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
        await accessibleInBoth(page, `settings/${path}`);
      };
      if (phone) await show('', 'Settings');
      await show('profile', 'Profile');
      await page.getByRole('checkbox', { name: /^Quiet hours/ }).check();
      await expect(page.getByLabel('From', { exact: true })).toBeVisible();
      await accessibleInBoth(page, 'quiet hours');
      await show('workspace', 'Workspace');
      await page.getByRole('button', { name: 'Save changes' }).click();
      await expect(page.getByText('Saved', { exact: true })).toBeVisible();
      await accessibleInBoth(page, 'saved');

      server.addUser('Beto Agent', 'agent');
      await show('users', 'Users');
      await look(page, 'access of a user', 'dialog', () => page.getByRole('button', { name: 'Access of Beto Agent' }).click());
      await look(page, 'what can be done with a user', 'menu', () => page.getByRole('button', { name: 'More actions: Beto Agent' }).click());
      await look(page, 'removing a user', 'dialog', async () => {
        await page.getByRole('button', { name: 'More actions: Beto Agent' }).click();
        await page.getByRole('menuitem', { name: 'Remove from the workspace' }).click();
      });
      await show('teams', 'Teams');
      await look(page, 'new team', 'dialog', () => page.getByRole('button', { name: 'New team' }).click());
      await server.api('POST', '/teams', { name: 'Sales', description: 'Orders and prices' });
      await expect(page.getByRole('button', { name: 'Edit team: Sales' })).toBeVisible();
      await accessibleInBoth(page, 'settings/teams, with one');

      await show('fields', 'Contact fields');
      await server.api('POST', '/contact-fields', { name: 'Size', type: 'list', options: ['S', 'M'] });
      await server.api('POST', '/tags', { name: 'VIP', emoji: '⭐', description: 'Buys a lot' });
      await expect(page.getByText('Size', { exact: true })).toBeVisible();
      await accessibleInBoth(page, 'settings/fields, with one');
      await look(page, 'new field', 'dialog', () => page.getByRole('button', { name: 'New field' }).click());
      await show('tags', 'Tags');
      await look(page, 'new tag', 'dialog', () => page.getByRole('button', { name: 'New tag' }).click());
      await show('closing', 'Closing notes');

      await show('channels', 'Channels');
      const { items } = await server.api<{ items: { id: string; name: string; type: string }[] }>('GET', '/channels');
      for (const c of items) {
        await show(`channels/new/${c.type}`, /^Connect /);
        await show(`channels/${c.id}`, c.name);
        if (c.type === 'telegram') {
          await page.getByRole('button', { name: 'Check connection' }).click();
          await expect(page.getByText(/^It works/)).toBeVisible();
          await accessibleInBoth(page, 'connection checked');
          await look(page, 'disconnect', 'dialog', () => page.getByRole('button', { name: 'Disconnect channel' }).click());
        }
      }

      await show('tokens', 'API tokens');
      await look(page, 'revoke', 'dialog', () => page.getByRole('button', { name: 'Revoke: e2e' }).click());
      await look(page, 'new token', 'dialog', async () => {
        await page.getByRole('button', { name: 'New token' }).click();
        await page.getByLabel('What is it for?').fill('Shop');
        await accessibleInBoth(page, 'naming a token');
        await page.keyboard.press('Enter');
        await expect(page.getByText('Copy it now. It isn’t shown again.')).toBeVisible();
      });

      await show('jobs', 'Failed jobs');
    });
  });
}
