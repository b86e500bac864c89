import { expect } from '@playwright/test';
import { Inbox, signIn, test } from './app.ts';

test('snooze, bring back, close with a note, block and pause the bot, by mouse and keyboard', async ({ page, server }) => {
  server.addOwner();
  await server.connect('telegram');
  await signIn(page, server);
  await page.request.put(`${server.url}/api/v1/closing`, {
    data: { mode: 'both', categories: [{ name: 'Sale', description: 'Somebody bought something' }, { name: 'Complaint' }] },
  });
  await server.customer('telegram', '7001001', { kind: 'text', text: '¿Tienen rosas?' });
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  const lucia = /Lucía Gómez/;
  await inbox.open(lucia);

  // By keyboard: the first choice has the focus.
  await page.keyboard.press('z');
  await expect(page.getByRole('button', { name: /^In an hour/ })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(inbox.timeline.getByText(/^You snoozed the contact until/)).toBeVisible();
  await expect(inbox.row(lucia)).toHaveCount(0);
  await page.getByRole('button', { name: 'Status: Open' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Snoozed', exact: true }).click();
  await expect(inbox.row(lucia)).toHaveCount(1);
  await page.getByRole('button', { name: /^Bring back/ }).click();
  await expect(inbox.timeline.getByText('You brought the contact back')).toBeVisible();
  await expect(inbox.row(lucia)).toHaveCount(0);

  // A time of one's own must be to come.
  await page.getByRole('button', { name: 'Snooze', exact: true }).click();
  await page.getByLabel('Another day and time').fill('2020-01-01T10:00');
  await expect(page.getByRole('alert')).toHaveText('Choose a time that is still to come.');
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Snooze' })).toBeDisabled();
  await page.keyboard.press('Escape');

  // The workspace wants category and summary.
  await page.getByRole('button', { name: 'Close conversation' }).click();
  const note = page.getByRole('dialog', { name: 'Close conversation' });
  await note.getByRole('button', { name: 'Close conversation' }).click();
  await expect(note.getByText('Choose a category to close the conversation.')).toBeVisible();
  await note.getByLabel('Category').selectOption('Sale');
  await expect(note.getByText('Somebody bought something')).toBeVisible();
  await note.getByLabel('Summary').fill('Two dozen red roses');
  await note.getByRole('button', { name: 'Close conversation' }).click();
  await expect(note).toHaveCount(0);
  await expect(inbox.timeline.getByText('You closed the conversation')).toBeVisible();
  await expect(inbox.timeline.getByText('Two dozen red roses')).toBeVisible();
  // The contact's details keep what came of each conversation, and lead there.
  const past = page.getByRole('complementary', { name: 'Contact details' }).getByRole('button', { name: /^Go to the conversation/ });
  await expect(past).toHaveCount(1);
  for (const words of ['Sale', 'Two dozen red roses', 'You']) await expect(past).toContainText(words);
  await past.click();
  await expect(page).toHaveURL(/[?&]m=/);
  await expect(inbox.timeline.getByText('The contact opened the conversation')).toBeVisible();

  const more = page.getByRole('button', { name: 'More actions' });
  await more.click();
  await page.getByRole('menuitem', { name: 'Pause the bot' }).click();
  await expect(inbox.timeline.getByText('You paused the bot')).toBeVisible();
  await more.click();
  await page.getByRole('menuitem', { name: 'Block contact' }).click();
  await expect(inbox.timeline.getByText(/blocked/i).last()).toBeVisible();
  const blocked = page.getByRole('navigation', { name: 'Inboxes' }).getByRole('link', { name: /^Blocked/ });
  await blocked.click();
  await expect(inbox.row(lucia)).toHaveCount(1);
  await inbox.open(lucia);
  await page.getByRole('button', { name: 'Unblock contact' }).click();
  await expect(inbox.row(lucia)).toHaveCount(0);
  await expect(blocked).toHaveCount(0);
});

test('a conversation goes to a team: whoever of it has the fewest gets it', async ({ page, server }) => {
  server.addOwner();
  const beto = server.addUser('Beto Agent', 'agent');
  await server.connect('telegram');
  const { items } = await server.api<{ items: { id: string; email: string }[] }>('GET', '/users');
  await server.api('POST', '/teams', { name: 'Sales', user_ids: [items.find((u) => u.email === beto.email)!.id] });
  await server.api('POST', '/teams', { name: 'Nobody yet', user_ids: [] });
  await signIn(page, server);
  await server.customer('telegram', '7001001', { kind: 'text', text: '¿Tienen rosas?' });
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  await inbox.open(/Lucía Gómez/);
  await page.keyboard.press('a');
  await expect(page.getByRole('combobox', { name: 'Find a colleague or a team' })).toBeFocused();
  await expect(page.getByRole('option', { name: /Nobody yet/ })).toHaveCount(0);
  await page.keyboard.type('sal');
  await expect(page.getByRole('option')).toHaveText(/Sales.*1 member/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Assign: Beto A.' })).toBeVisible();
  await expect(inbox.timeline.getByText('You assigned Beto Agent')).toBeVisible();
  await expect(inbox.row(/Lucía Gómez/).getByText('Assigned to Beto Agent')).toBeAttached();
});

test('team inboxes count and mark by what is most specific, live in two browsers', async ({ page, browser, server }) => {
  server.addOwner();
  const agent = server.addUser('Beto Agent', 'agent');
  await server.connect('telegram');
  await signIn(page, server);
  const users = (await (await page.request.get(`${server.url}/api/v1/users`)).json()) as { items: { id: string; email: string }[] };
  const id = users.items.find((u) => u.email === agent.email)!.id;
  const made = await page.request.post(`${server.url}/api/v1/teams`, { data: { name: 'Sales', user_ids: [id] } });
  expect(made.ok(), await made.text()).toBe(true);

  const other = await browser.newContext({ locale: 'en-US' });
  const second = await other.newPage();
  const signed = await second.request.post(`${server.url}/api/v1/session`, { data: agent });
  expect(signed.ok()).toBe(true);

  await server.customer('telegram', '7001001', { kind: 'text', text: 'hola' });
  const entry = (p: typeof page, name: RegExp) => p.getByRole('navigation', { name: 'Inboxes' }).getByRole('link', { name });
  // Each stands in an inbox that stays quiet.
  await page.goto(`${server.url}/inbox/mine`);
  await second.goto(`${server.url}/inbox/all`);
  await expect(entry(page, /^Unassigned New messages/)).toBeVisible();
  await expect(entry(page, /^All 1 open/)).toBeVisible();
  await entry(page, /^Unassigned/).click();
  await expect(entry(page, /^Unassigned 1 open/)).toBeVisible();

  // To the agent: from now on their Mine, and the team's inbox for the owner.
  const inbox = new Inbox(page);
  await inbox.open(/Lucía Gómez/);
  await page.keyboard.press('a');
  await page.getByRole('option', { name: /Beto Agent/ }).click();
  await expect(entry(second, /^Mine 1 open/)).toBeVisible();
  await expect(entry(page, /^Sales 1 open/)).toBeVisible();
  await server.customer('telegram', '7001001', { kind: 'text', text: '¿hay alguien?' });
  await expect(entry(second, /^Mine New messages/)).toBeVisible();
  await expect(entry(second, /^Sales 1 open/)).toBeVisible();
  await expect(entry(page, /^Sales New messages/)).toBeVisible();
  await expect(entry(page, /^All 1 open/)).toBeVisible();
  await entry(page, /^Sales/).click();
  await expect(inbox.row(/Lucía Gómez/)).toBeVisible();
  await expect(entry(page, /^Sales 1 open/)).toBeVisible();

  // Whoever comes back finds the inbox they left.
  await page.goto(server.url);
  await expect(page).toHaveURL(/\/inbox\/team-\d+/);
  await expect(inbox.row(/Lucía Gómez/)).toBeVisible();

  // From now on the agent sees only their own contacts; their browser obeys at once.
  await page.request.patch(`${server.url}/api/v1/users/${id}`, { data: { visibility: 'own' } });
  await expect(entry(second, /^All/)).toHaveCount(0);
  await expect(entry(second, /^Sales/)).toHaveCount(0);
  await expect(entry(second, /^Mine/)).toBeVisible();
  await other.close();
});
