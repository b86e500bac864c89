import { type Browser, expect, type Page } from '@playwright/test';
import { Inbox, test } from './app.ts';
import type { Server } from './server.ts';

const lucia = /Lucía Gómez/;
const hello = (server: Server, text: string) => server.customer('telegram', '7001001', { kind: 'text', text });

/** Somebody at their own browser, in an inbox. */
async function sit(browser: Browser, server: Server, name: string, role: 'agent' | 'manager', inbox: string): Promise<{ page: Page; inbox: Inbox }> {
  const page = await (await browser.newContext({ locale: 'en-US' })).newPage();
  const signed = await page.request.post(`${server.url}/api/v1/session`, { data: server.addUser(name, role) });
  expect(signed.ok(), await signed.text()).toBe(true);
  await page.goto(`${server.url}/inbox/${inbox}`);
  return { page, inbox: new Inbox(page) };
}

const entry = (page: Page, name: RegExp) => page.getByRole('navigation', { name: 'Inboxes' }).getByRole('link', { name });

test('two agents and a manager work on one conversation in three browsers', async ({ browser, server }) => {
  server.addOwner();
  await server.connect('telegram');
  const ana = await sit(browser, server, 'Ana Agent', 'agent', 'all');
  const beto = await sit(browser, server, 'Beto Agent', 'agent', 'all');
  const marta = await sit(browser, server, 'Marta Manager', 'manager', 'all');
  const everybody = [ana, beto, marta];

  await hello(server, '¿Tienen rosas?');
  for (const { inbox } of everybody) await expect(inbox.row(lucia)).toBeVisible();
  for (const { inbox } of everybody) await inbox.open(lucia);

  // One sees that the other is writing; who is faster has the conversation.
  await beto.inbox.composer.getByRole('textbox').pressSequentially('Sí, ten');
  await expect(ana.page.getByText('Beto Agent is writing here').first()).toBeAttached();
  await ana.inbox.write('Sí, rojas y blancas');
  for (const { inbox } of [beto, marta]) {
    await expect(inbox.message('Sí, rojas y blancas')).toBeVisible();
    await expect(inbox.timeline.getByText('Ana Agent took the conversation')).toBeVisible();
    await expect(inbox.row(lucia).getByText('Assigned to Ana Agent')).toBeAttached();
  }
  await expect(ana.inbox.timeline.getByText('You took the conversation')).toBeVisible();
  await expect(beto.inbox.composer.getByRole('textbox')).toHaveValue('Sí, ten');
  await expect(entry(ana.page, /^Mine 1 open/)).toBeVisible();

  // The manager gives it to the other.
  await marta.page.keyboard.press('a');
  await marta.page.getByRole('option', { name: /Beto Agent/ }).click();
  for (const { inbox } of [ana, beto]) await expect(inbox.timeline.getByText(/^Marta Manager assigned/)).toBeVisible();
  await expect(entry(beto.page, /^Mine 1 open/)).toBeVisible();
  await expect(entry(ana.page, /^Mine$/)).toBeVisible();

  // Snoozed by one it leaves the lists of all, and a message brings it back to all.
  await beto.inbox.composer.getByRole('textbox').fill('');
  await beto.inbox.composer.getByRole('textbox').press('Escape');
  await beto.page.keyboard.press('z');
  await beto.page.getByRole('button', { name: /^In an hour/ }).click();
  for (const { inbox } of everybody) await expect(inbox.row(lucia)).toHaveCount(0);
  for (const { page } of everybody) await expect(entry(page, /^All$/)).toBeVisible();
  await hello(server, '¿Hola?');
  for (const { inbox } of everybody) {
    await expect(inbox.row(lucia)).toBeVisible();
    await expect(inbox.message('¿Hola?')).toBeVisible();
    await expect(inbox.timeline.getByText('A message ended the snooze')).toBeVisible();
  }

  // What one missed while the network was away is there when it is back.
  await ana.page.context().setOffline(true);
  await beto.inbox.write('Aquí estamos');
  await beto.page.getByRole('button', { name: 'Close conversation' }).click();
  await expect(marta.inbox.timeline.getByText('Beto Agent closed the conversation')).toBeVisible();
  await expect(marta.inbox.row(lucia)).toHaveCount(0);
  await expect(ana.inbox.row(lucia)).toBeVisible();
  await ana.page.context().setOffline(false);
  await expect(ana.inbox.message('Aquí estamos')).toBeVisible();
  await expect(ana.inbox.timeline.getByText('Beto Agent closed the conversation')).toBeVisible();
  await expect(ana.inbox.row(lucia)).toHaveCount(0);

  // Two claim it at the same moment: one has it, and both see who.
  await hello(server, 'Una cosa más');
  for (const { inbox } of [ana, beto]) await expect(inbox.row(lucia)).toBeVisible();
  await Promise.all([ana.inbox.write('Yo'), beto.inbox.write('Yo también')]);
  for (const { inbox } of everybody) {
    await expect(inbox.message(/^.*Yo también/)).toBeVisible();
    await expect(inbox.timeline.getByText(/took the conversation$/)).toHaveCount(2); // the first time, and now
  }
});
