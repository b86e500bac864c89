import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import authEn from '../web/src/i18n/auth-en.ts';
import authEs from '../web/src/i18n/auth-es.ts';
import bulkEn from '../web/src/i18n/bulk-en.ts';
import bulkEs from '../web/src/i18n/bulk-es.ts';
import consoleEn from '../web/src/i18n/console-en.ts';
import consoleEs from '../web/src/i18n/console-es.ts';
import { en } from '../web/src/i18n/en.ts';
import { es } from '../web/src/i18n/es.ts';
import extraEn from '../web/src/i18n/extra-en.ts';
import extraEs from '../web/src/i18n/extra-es.ts';
import notifyEn from '../web/src/i18n/notify-en.ts';
import notifyEs from '../web/src/i18n/notify-es.ts';
import settingsEn from '../web/src/i18n/settings-en.ts';
import settingsEs from '../web/src/i18n/settings-es.ts';
import { test as base, signIn } from './app.ts';
import { authenticatorCode } from './authenticator.ts';
import { lucia, mateo, outsideWindow, valentina } from './kinds.ts';
import { Mailbox } from './mailbox.ts';
import { answers, binary, freePort, owner, Server } from './server.ts';

// Every screen, light and dark, Spanish and English, on a wide screen and a phone,
// with the demo's data: for people to look at. What a picture waits for is asserted,
// what is on it is not; the other tests do that.

/** The demo, with data of its own. */
const test = base.extend<object, { demo: string }>({
  demo: [
    // biome-ignore lint/correctness/noEmptyPattern: the runner reads the pattern
    async ({}, use) => {
      const dir = mkdtempSync(join(tmpdir(), 'bandeja-pictures-'));
      const port = await freePort();
      const process: ChildProcess = spawn(
        binary,
        ['demo', '--fresh', '--data', dir, '--listen', `127.0.0.1:${port}`, '--sim-listen', `127.0.0.1:${await freePort()}`],
        { stdio: 'ignore' },
      );
      await answers(`http://127.0.0.1:${port}/readyz`);
      await use(`http://127.0.0.1:${port}`);
      const gone = new Promise((r) => process.once('exit', r));
      process.kill('SIGTERM');
      await gone;
      rmSync(dir, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
});

interface Row {
  id: string;
}

for (const [language, t] of [['es', { ...es, ...consoleEs }] as const, ['en', { ...en, ...consoleEn }] as const])
  for (const theme of ['light', 'dark'] as const)
    for (const width of [1440, 390]) {
      const phone = width < 700;

      test.describe(`${language} ${theme} ${width}`, () => {
        test.use({
          viewport: { width, height: phone ? 844 : 900 },
          hasTouch: phone,
          isMobile: phone,
          colorScheme: theme,
          locale: language === 'es' ? 'es-EC' : 'en-US',
          contextOptions: { reducedMotion: 'reduce' },
        });

        const picture = async (page: Page, name: string): Promise<void> => {
          await page.evaluate(() => document.fonts.ready);
          // The bell comes a moment after the frame.
          if (!phone && (await page.locator('#content').count())) await expect(page.locator('nav button[aria-haspopup=dialog]')).toBeVisible();
          await page.evaluate(() =>
            Promise.allSettled(document.getAnimations().filter((a) => a.effect?.getTiming().iterations !== Infinity).map((a) => a.finished)),
          );
          await page.screenshot({ path: `../screenshots/${name}.${language}.${theme}.${width}.png` });
        };
        const settled = (page: Page) => expect(page.locator('[aria-busy=true]')).toHaveCount(0);

        test('before anything is there', async ({ page, server }) => {
          await page.goto(server.url);
          await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
          await picture(page, 'set-up');
          server.addOwner(language);
          await page.goto(`${server.url}/login`);
          await expect(page.locator('form')).toBeVisible();
          await picture(page, 'login');
          await page.locator('input[type=email]').fill('nadie@example.com');
          await page.locator('input[type=password]').fill('nothing');
          await page.keyboard.press('Enter');
          await expect(page.getByRole('alert')).toBeVisible();
          await picture(page, 'login-refused');
          await signIn(page, server);
          await page.goto(`${server.url}/inbox/all`);
          await expect(page.getByText(t.emptyAll)).toBeVisible();
          await picture(page, 'inbox-empty');
          await page.goto(`${server.url}/dashboard`);
          await expect(page.getByRole('link', { name: t.connectChannel })).toBeVisible();
          await settled(page);
          await picture(page, 'dashboard-empty');
          await page.goto(`${server.url}/inbox/all/1`);
          await expect(page.getByText(t.contactGone)).toBeVisible();
          await picture(page, 'contact-gone');
          await page.goto(`${server.url}/nowhere`);
          await expect(page.getByText(t.notFound)).toBeVisible();
          await picture(page, 'page-missing');
          for (const path of ['channels', 'jobs']) {
            await page.goto(`${server.url}/settings/${path}`);
            await settled(page);
            await picture(page, `settings-${path}-empty`);
          }
        });

        test('inbox', async ({ page, demo, context }) => {
          await page.goto(`${demo}/demo`);
          await page.request.patch(`${demo}/api/v1/me`, { data: { language } });
          const api = async <T>(path: string) => (await (await page.request.get(`${demo}/api/v1${path}`)).json()) as T;

          await page.goto(`${demo}/inbox/all`);
          await expect(page.getByRole('link').filter({ has: page.locator('time') }).first()).toBeVisible();
          await picture(page, 'inbox');

          await page.goto(`${demo}/dashboard`);
          await expect(page.getByRole('heading', { level: 1, name: t.dashboard })).toBeVisible();
          await settled(page);
          await picture(page, 'dashboard');
          await page.goto(`${demo}/inbox/all`);
          await expect(page.getByRole('link').filter({ has: page.locator('time') }).first()).toBeVisible();

          await page.keyboard.press('Control+k');
          await expect(page.getByRole('dialog')).toBeVisible();
          await picture(page, 'palette');
          await page.keyboard.press('Escape');
          await page.keyboard.press('?');
          await expect(page.getByRole('dialog')).toBeVisible();
          await picture(page, 'shortcuts');
          await page.keyboard.press('Escape');
          await page.getByRole('button', { name: t.addContact }).click();
          await expect(page.getByRole('dialog')).toBeVisible();
          await picture(page, 'add-contact');
          await page.keyboard.press('Escape');

          const list = page.getByRole('searchbox', { name: t.search, exact: true });
          const answered = page.waitForResponse((r) => r.url().includes('search=Mar'));
          await list.fill('Mar');
          await answered;
          await expect(page.getByRole('link', { name: /Mar/ }).first()).toBeVisible();
          await settled(page);
          await picture(page, 'search');
          await list.fill('zzzz');
          await expect(page.getByText(t.emptySearch('zzzz'))).toBeVisible();
          await picture(page, 'search-nothing');
          await list.fill('');

          const { items } = await api<{ items: Row[] }>('/inboxes/all/contacts?status=open&limit=8');
          for (const [i, c] of items.entries()) {
            await page.goto(`${demo}/inbox/all/${c.id}`);
            await expect(page.getByRole('region', { name: t.timeline }).getByRole('article').first()).toBeVisible();
            await settled(page);
            await picture(page, `conversation-${i + 1}`);
          }
          await page.getByRole('button', { name: t.assign }).first().click();
          await expect(page.getByRole('dialog').getByRole('option').first()).toBeVisible();
          await settled(page);
          await picture(page, 'assign');
          await page.keyboard.press('Escape');
          await page.getByRole('button', { name: t.more }).last().click();
          await expect(page.getByRole('menu')).toBeVisible();
          await picture(page, 'conversation-menu');
          await page.keyboard.press('Escape');
          await page.getByRole('button', { name: 'Emoji' }).click();
          await expect(page.getByRole('dialog').getByRole('searchbox')).toBeVisible();
          await picture(page, 'emoji');
          await page.keyboard.press('Escape');
          if (phone) {
            await page.getByRole('button', { name: t.more }).last().click();
            await page.getByRole('menuitem', { name: t.showDetails }).click();
            await expect(page.getByRole('dialog', { name: t.contactDetails })).toBeVisible();
            await picture(page, 'contact-details');
          }

          const first = items[0]!.id;
          const post = async (path: string, data: object) =>
            (await (await page.request.post(`${demo}/api/v1${path}`, { data })).json()) as { id: string };
          await post(`/contacts/${first}/tags`, { add: ['VIP', 'Boda'] });
          const waiting = await post('/custom-inboxes', {
            name: language === 'es' ? 'Esperando respuesta' : 'Waiting for an answer',
            filter: {
              match: 'all',
              of: [
                { field: 'since_incoming', operator: 'greater', value: ['10'], unit: 'minutes' },
                { match: 'any', of: [{ field: 'country', operator: 'any_of', value: ['EC', 'ES'] }, { field: 'unreplied', operator: 'is', value: ['true'] }] },
              ],
            },
          });
          await page.goto(`${demo}/inbox/${waiting.id}`);
          await settled(page);
          await expect(page.getByRole('button', { name: t.refresh })).toBeVisible();
          await picture(page, 'custom-inbox');
          for (const item of [t.inboxFilters, t.share, t.deleteInbox]) {
            await page.getByRole('button', { name: t.inboxActions(language === 'es' ? 'Esperando respuesta' : 'Waiting for an answer') }).last().click();
            await page.getByRole('menuitem', { name: item }).click();
            await expect(page.getByRole('dialog')).toBeVisible();
            await settled(page);
            await picture(page, `custom-inbox-${item === t.inboxFilters ? 'filters' : item === t.share ? 'share' : 'delete'}`);
            await page.keyboard.press('Escape');
          }
          await page.request.delete(`${demo}/api/v1/custom-inboxes/${waiting.id}`);
          await page.goto(`${demo}/inbox/all/${first}`);
          await page.getByRole('button', { name: t.snooze, exact: true }).click();
          await expect(page.getByRole('dialog')).toBeVisible();
          await settled(page);
          await picture(page, 'snooze');
          await page.keyboard.press('Escape');

          for (const [name, text] of [
            ['saludo', 'Buenos días, $contact.firstname. ¿En qué podemos ayudarle hoy?'],
            ['horario', 'Abrimos de lunes a sábado, de 9 a 18.'],
          ])
            await post('/snippets', { name, text, scope: 'workspace' });
          const { id: planned } = await post(`/contacts/${first}/scheduled`, { text: 'Mañana le confirmo la entrega', send_at: new Date(Date.now() + 72_000_000) });
          await expect(page.locator('[data-scheduled]')).toBeVisible();
          await picture(page, 'scheduled');
          const composer = page.getByRole('region', { name: t.composer });
          const box = composer.getByRole('textbox');
          for (const [sign, name] of [
            ['$', 'variables'],
            ['/', 'snippets'],
          ] as const) {
            await box.pressSequentially(sign);
            await expect(page.getByRole('listbox').getByRole('option').first()).toBeVisible();
            await picture(page, `composer-${name}`);
            await box.press('Escape');
            await box.fill('');
          }
          await box.fill('Hola, $contact.nope');
          await composer.getByRole('button', { name: t.sendLater }).click();
          await expect(page.getByRole('dialog')).toBeVisible();
          await settled(page);
          await picture(page, 'send-later');
          await page.keyboard.press('Escape');
          await box.press('Enter');
          await expect(composer.getByRole('alert')).toBeVisible();
          await picture(page, 'composer-unresolved');
          await box.fill('');
          await page.request.delete(`${demo}/api/v1/contacts/${first}/scheduled/${planned}`);
          await page.goto(`${demo}/settings/snippets`);
          await expect(page.getByText('/saludo')).toBeVisible();
          await picture(page, 'settings-snippets');
          await page.getByRole('button', { name: /: saludo/ }).first().click();
          await expect(page.getByRole('dialog')).toBeVisible();
          await picture(page, 'snippet');
          await page.keyboard.press('Escape');
          for (const s of (await api<{ items: Row[] }>('/snippets')).items) await page.request.delete(`${demo}/api/v1/snippets/${s.id}`);
          await page.goto(`${demo}/inbox/all/${first}`);
          await expect(page.getByRole('region', { name: t.timeline }).getByRole('article').first()).toBeVisible();
          await settled(page);

          await context.setOffline(true);
          await expect(page.getByText(t.offline)).toBeVisible();
          await picture(page, 'offline');
          await context.setOffline(false);
        });

        test('what is rarer in a conversation', async ({ page, server }) => {
          const x = language === 'es' ? extraEs : extraEn;
          const b = language === 'es' ? bulkEs : bulkEn;
          server.addOwner(language);
          const ana = server.addUser('Ana Vega', 'agent', language);
          await server.connect('telegram');
          await server.connect('whatsapp_cloud');
          await server.api('POST', '/snippets', {
            name: 'saludo',
            text: 'Buenos días. ¿En qué podemos ayudarle hoy?',
            scope: 'workspace',
          });
          await server.api('PATCH', '/workspace', { timezone: 'Asia/Tokyo' });
          await server.api('PUT', '/closing', {
            mode: 'optional',
            categories: [{ name: 'Venta' }, { name: 'Consulta' }],
          });
          await server.api('POST', '/custom-inboxes', {
            name: language === 'es' ? 'Sin respuesta' : 'Not answered',
            filter: { match: 'all', of: [{ field: 'unreplied', operator: 'is', value: ['true'] }] },
          });
          for (const c of [lucia, mateo, valentina])
            for (const text of ['Buenas tardes', '¿Tienen ramos para mañana? Son para un cumpleaños'])
              await server.customer(c.account, c.person, { kind: 'text', text });
          await signIn(page, server);
          await page.goto(`${server.url}/inbox/all`);
          const { items } = await server.api<{ items: { id: string; name: string }[] }>('GET', '/contacts?status=all');
          const [first, second, third] = [lucia, mateo, valentina].map((c) => items.find((i) => c.name.test(i.name))?.id ?? '');
          const open = async (id: string | undefined) => {
            await page.goto(`${server.url}/inbox/all/${id}`);
            await expect(page.getByRole('region', { name: t.timeline }).getByRole('article').first()).toBeVisible();
            await settled(page);
          };
          const dialog = page.getByRole('dialog');
          const composer = page.getByRole('region', { name: t.composer });

          // The inboxes over the page; folded away first where there is room for them.
          await expect(
            page
              .getByRole('link')
              .filter({ has: page.locator('time') })
              .first(),
          ).toBeVisible();
          if (!phone) await page.keyboard.press('[');
          await page.getByRole('button', { name: new RegExp(`^${t.inboxes}`) }).click();
          await expect(dialog).toBeVisible();
          await settled(page);
          await picture(page, 'inboxes');
          await page.keyboard.press('Escape');
          if (!phone) await page.keyboard.press('[');

          // Contacts are picked, and something is done to all of them.
          await page.getByRole('button', { name: t.selectContacts }).click();
          const bar = page.getByRole('toolbar', { name: b.bar });
          await bar.getByRole('checkbox').first().check();
          await picture(page, 'bulk');
          await bar.getByRole('button', { name: b.tag }).click();
          await expect(page.getByRole('combobox', { name: b.findTag })).toBeVisible();
          await page.keyboard.type('Boda');
          await picture(page, 'bulk-tags');
          await page.keyboard.press('Enter');
          await expect(page.getByText(b.did.tag).first()).toBeVisible();
          await picture(page, 'bulk-done');

          await open(first);
          await page.keyboard.press('Control+k');
          await dialog.getByRole('combobox').fill(language === 'es' ? 'posp' : 'snoo');
          await expect(dialog.getByRole('option').first()).toBeVisible();
          await picture(page, 'palette-actions');
          await dialog.getByRole('combobox').fill('salu');
          await expect(dialog.getByRole('option', { name: /saludo/ })).toBeVisible();
          await picture(page, 'palette-snippet');
          await page.keyboard.press('Escape');

          await composer.getByRole('button', { name: t.recordVoice }).click();
          await expect(composer).toContainText('0:02');
          await picture(page, 'voice-recording');
          await composer.getByRole('button', { name: x.stop }).click();
          await expect(composer.getByRole('button', { name: t.play })).toBeVisible();
          await picture(page, 'voice-recorded');
          await composer.getByRole('button').last().click();
          await expect(page.getByRole('article').last().getByRole('button', { name: t.play })).toBeVisible();
          await picture(page, 'voice-sent');

          const message = page.getByRole('article').nth(1);
          if (!phone) {
            await message.hover();
            await picture(page, 'message-hovered');
          }
          await message.getByRole('button', { name: t.messageActions }).click();
          await expect(page.getByRole('menu')).toBeVisible();
          await picture(page, 'message-menu');
          await page.keyboard.press('Escape');
          await page.getByRole('button', { name: t.more }).last().click();
          await page.getByRole('menuitem', { name: t.goToDate }).click();
          await expect(dialog).toBeVisible();
          await picture(page, 'go-to-date');
          await page.keyboard.press('Escape');

          // The hours of a workspace on the other side of the world.
          await page.getByRole('button', { name: t.snooze, exact: true }).click();
          await expect(dialog).toBeVisible();
          await settled(page);
          await picture(page, 'snooze-elsewhere');
          await dialog.getByRole('button').first().click();
          await expect(page.getByRole('button', { name: t.undo })).toBeVisible();
          await picture(page, 'undo');
          await page.getByRole('button', { name: t.undo }).click();

          // Closed with a note, and opened again by the next message.
          await page.getByRole('button', { name: t.more }).last().click();
          await page.getByRole('menuitem', { name: t.closeWithNote }).click();
          await expect(dialog).toBeVisible();
          await dialog.getByRole('combobox').selectOption('Venta');
          await picture(page, 'close-with-note');
          await dialog.getByRole('button', { name: t.closeConversation }).click();
          await expect(dialog).toHaveCount(0);
          await server.customer(lucia.account, lucia.person, {
            kind: 'text',
            text: 'Una cosa más: ¿pueden poner una tarjeta?',
          });
          await expect(page.getByRole('article').last()).toContainText('tarjeta');
          const desk = await (await page.context().browser()!.newContext()).newPage();
          await desk.request.post(`${server.url}/api/v1/session`, { data: ana });
          await desk.goto(`${server.url}/inbox/all/${first}`);
          await desk.getByRole('region', { name: t.composer }).getByRole('textbox').pressSequentially('Claro que sí');
          await expect(page.getByText(t.colleagueTyping('Ana Vega')).first()).toBeVisible();
          await picture(page, 'colleague-typing');
          await desk.context().close();

          // Telegram as if it had Messenger's rules; no channel of today's has tags.
          await outsideWindow(page, [{ value: 'A', name: 'Account update', help: 'News about the account of the contact.' }]);
          await open(second);
          await picture(page, 'window-closed-tag');
          await composer.getByRole('button', { name: t.writeTagged }).click();
          await expect(composer.getByRole('combobox').first()).toBeVisible();
          await composer.getByRole('combobox').first().selectOption('A');
          await picture(page, 'tag-row');
          await page.unrouteAll({ behavior: 'ignoreErrors' });

          await open(third);
          await page.context().setOffline(true);
          await expect(page.getByText(t.offline)).toBeVisible();
          await composer.getByRole('textbox').fill('Ya le confirmo');
          await composer.getByRole('textbox').press('Enter');
          await page.getByRole('button', { name: t.closeConversation }).click();
          await expect(page.getByText(t.kept(2))).toBeVisible();
          await picture(page, 'offline-kept');
          await page.context().setOffline(false);
        });

        test('notifications', async ({ page }) => {
          const mailbox = await Mailbox.start();
          const server = await Server.start({ BANDEJA_SMTP_URL: mailbox.url });
          const x = language === 'es' ? notifyEs : notifyEn;
          try {
            server.addOwner(language);
            server.addUser('Ana Vega', 'agent', language);
            server.addUser('Beto Paz', 'manager', language);
            await server.connect('telegram');
            const { items: users } = await server.api<{ items: { id: string; name: string }[] }>('GET', '/users');
            await server.api('PATCH', `/users/${users.find((u) => u.name === 'Ana Vega')?.id}`, { visibility: 'own' });
            for (const text of ['Hola, ¿tienen la talla 38 en azul?', '¿Y hacen envíos a Cuenca?']) await server.customer(lucia.account, lucia.person, { kind: 'text', text });
            await server.customer(mateo.account, mateo.person, { kind: 'text', text: 'Gracias, ya me llegó el pedido' });
            await signIn(page, server);
            await page.goto(`${server.url}/inbox/all`);
            const me = users.find((u) => u.name === owner.name)?.id;
            const beto = await page.context().browser()?.newContext();
            const desk = await beto?.newPage();
            await desk?.request.post(`${server.url}/api/v1/session`, { data: { email: 'beto.paz@example.com', password: owner.password } });
            const id = async (name: string) =>
              (await server.api<{ items: { id: string }[] }>('GET', `/contacts?search=${name}`)).items[0]?.id;
            const [first, second] = [await id('Luc'), await id('Mateo')];
            await desk?.request.post(`${server.url}/api/v1/contacts/${second}/assign`, { data: { user_id: me } });
            await desk?.request.post(`${server.url}/api/v1/contacts/${first}/messages`, {
              data: { comment: true, text: `{{@user.${me}}} ¿tenemos la 38 en la bodega de Cuenca? La vi en el sistema https://example.com/38` },
            });
            await beto?.close();
            await server.customer(mateo.account, mateo.person, { kind: 'text', text: '¿Me pueden enviar la factura?' });
            const bell = page.locator('nav button[aria-haspopup=dialog]:visible').filter({ has: page.locator('[data-count]') });
            await expect(bell.locator('[data-count]')).toHaveAttribute('data-count', '4');
            await bell.click();
            const panel = page.getByRole('dialog', { name: x.notifications });
            await expect(panel.locator('[data-notice]')).toHaveCount(4);
            await settled(page);
            await picture(page, 'notifications');
            await panel.getByRole('tab', { name: x.tabs.archived }).click();
            await expect(panel.getByText(x.empty.archived[0])).toBeVisible();
            await picture(page, 'notifications-archived');
            await page.keyboard.press('Escape');
            await page.goto(`${server.url}/inbox/all/${first}`);
            await expect(page.locator('[data-mention=me]')).toBeVisible();
            await page.getByRole('button', { name: t.commentTab, exact: true }).click();
            await page.getByRole('button', { name: t.mention }).click();
            await expect(page.getByRole('option').first()).toBeVisible();
            await picture(page, 'mention');
            await page.goto(`${server.url}/settings/profile#notifications`);
            await page.getByRole('checkbox', { name: new RegExp(`^${x.quiet}`) }).check();
            await expect(page.getByLabel(x.from, { exact: true })).toBeVisible();
            await settled(page);
            await page.locator('#notifications').screenshot({ path: `../screenshots/notify-preferences.${language}.${theme}.${width}.png` });
          } finally {
            await server.stop();
            mailbox.stop();
          }
        });

        test('loading and failing', async ({ page, demo }) => {
          await page.goto(`${demo}/demo`);
          await page.request.patch(`${demo}/api/v1/me`, { data: { language } });
          let answer: () => void = () => {};
          const held = new Promise<void>((r) => {
            answer = r;
          });
          await page.route(/\/api\/v1\/inboxes\/\w+\/contacts/, async (route) => {
            await held;
            await route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"status":500,"title":"Internal Server Error"}' });
          });
          await page.goto(`${demo}/inbox/all`);
          await expect(page.locator('[aria-busy=true]').first()).toBeVisible();
          await picture(page, 'inbox-loading');
          answer();
          await expect(page.getByText(t.listFailed)).toBeVisible();
          await picture(page, 'inbox-error');
        });

        test('settings', async ({ page, demo }) => {
          await page.goto(`${demo}/demo`);
          await page.request.patch(`${demo}/api/v1/me`, { data: { language } });
          const channels = (await (await page.request.get(`${demo}/api/v1/channels`)).json()) as { items: { id: string; type: string }[] };
          const paths = ['', 'profile', 'workspace', 'users', 'teams', 'tokens', 'jobs', 'channels'];
          for (const c of channels.items) paths.push(`channels/${c.id}`, `channels/new/${c.type}`);
          for (const path of paths) {
            await page.goto(`${demo}/settings/${path}`);
            await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
            await settled(page);
            const type = channels.items.find((c) => path.endsWith(c.id))?.type;
            await picture(page, `settings-${type ? `channel-${type}` : path.replaceAll('/', '-') || 'home'}`);
          }
        });

        test('people and the ways in', async ({ page }) => {
          const mailbox = await Mailbox.start();
          const server = await Server.start({ BANDEJA_SMTP_URL: mailbox.url });
          const a = language === 'es' ? authEs : authEn;
          const s = language === 'es' ? settingsEs : settingsEn;
          const carla = 'carla.benitez@example.com';
          try {
            server.addOwner(language);
            server.addUser('Beto Paz', 'agent', language);
            await server.api('POST', '/teams', { name: 'Ventas', description: 'Pedidos y precios' });
            await signIn(page, server);
            const dialog = page.getByRole('dialog');
            const open = async (path: string) => {
              await page.goto(`${server.url}/settings/${path}`);
              await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
              await settled(page);
            };
            await open('users');
            await page.getByRole('button', { name: s.invitations.invite, exact: true }).click();
            await dialog.getByLabel(s.invitations.email, { exact: true }).fill(carla);
            await picture(page, 'invite');
            await dialog.getByRole('button', { name: s.invitations.create }).click();
            await expect(dialog.getByRole('textbox', { name: s.invitations.link })).toBeVisible();
            await picture(page, 'invite-link');
            await dialog.getByRole('button', { name: s.done }).click();
            await expect(page.getByRole('heading', { name: s.invitations.title })).toBeVisible();
            await picture(page, 'users-invited');
            await page.getByRole('button', { name: s.users.editTitle('Beto Paz') }).click();
            await expect(dialog).toBeVisible();
            await settled(page);
            await picture(page, 'user-access');
            await page.keyboard.press('Escape');
            await page.getByRole('button', { name: `${t.more}: Beto Paz` }).click();
            await expect(page.getByRole('menu')).toBeVisible();
            await picture(page, 'user-menu');
            await page.getByRole('menuitem', { name: s.users.remove }).click();
            await expect(dialog).toBeVisible();
            await picture(page, 'user-remove');
            await page.keyboard.press('Escape');
            await open('teams');
            await page.getByRole('button', { name: `${s.teams.edit}: Ventas` }).click();
            await expect(dialog).toBeVisible();
            await picture(page, 'team');
            await page.keyboard.press('Escape');
            await open('profile');
            await page.getByRole('button', { name: s.factor.turnOn, exact: true }).click();
            await dialog.getByLabel(s.password).fill(owner.password);
            await page.keyboard.press('Enter');
            const secret = dialog.getByRole('textbox', { name: s.factor.secret });
            await expect(secret).toBeVisible();
            await picture(page, 'second-step-set-up');
            await dialog.getByLabel(s.factor.code).fill(authenticatorCode(await secret.inputValue()));
            await page.keyboard.press('Enter');
            await expect(dialog.getByRole('list')).toBeVisible();
            await picture(page, 'recovery-codes');

            await page.context().clearCookies();
            await page.goto(`${server.url}/login`);
            await page.locator('input[type=email]').fill(owner.email);
            await page.locator('input[type=password]').fill(owner.password);
            await page.keyboard.press('Enter');
            await expect(page.getByRole('heading', { name: a.secondTitle })).toBeVisible();
            await picture(page, 'login-second-step');
            await page.goto(`${server.url}/forgot`);
            await page.locator('input[type=email]').fill(owner.email);
            await picture(page, 'forgot');
            await page.keyboard.press('Enter');
            await expect(page.getByRole('heading', { name: a.sentTitle })).toBeVisible();
            await picture(page, 'forgot-sent');
            await page.goto(`${server.url}/reset/nothing`);
            await expect(page.getByRole('heading', { name: a.resetTitle })).toBeVisible();
            await picture(page, 'reset');
            await expect.poll(() => mailbox.links(carla, 'invite')).toHaveLength(1);
            await page.goto(mailbox.links(carla, 'invite')[0] ?? '');
            await expect(page.getByLabel(a.yourName)).toBeVisible();
            await picture(page, 'join');
            await page.goto(`${server.url}/invite/nothing`);
            await expect(page.getByRole('heading', { name: a.linkTitle })).toBeVisible();
            await picture(page, 'dead-link');
          } finally {
            await server.stop();
            mailbox.stop();
          }
        });

        test('widget', async ({ page, demo }) => {
          await page.goto(`${demo}/demo/chat`);
          const launcher = page.locator('bandeja-chat, [data-bandeja]').first().or(page.locator('body > *').last());
          await expect(launcher).toBeAttached();
          const open = page.getByRole('button', { name: /chat/i }).last();
          await expect(open).toBeVisible();
          await picture(page, 'widget-closed');
          await open.click();
          await expect(page.getByRole('dialog')).toBeVisible();
          await picture(page, 'widget');
        });
      });
    }
