import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import { Inbox, people, signIn, test, three } from './app.ts';
import { accessible } from './axe.ts';

// A request that the service worker is just taking over would pass by page.route.
test.use({ serviceWorkers: 'block' });

const picked = (page: Page) => page.getByRole('toolbar', { name: 'Selected contacts' });

test('contacts are picked with the mouse or the keyboard, and all of them closed, assigned, tagged', async ({ page, browser, server }) => {
  server.addOwner();
  const beto = server.addUser('Beto Agent', 'agent');
  const inbox = await three(page, server);
  const bar = picked(page);
  const colleague = await (await browser.newContext()).newPage();
  await colleague.request.post(`${server.url}/api/v1/session`, { data: beto });
  await colleague.goto(`${server.url}/inbox/all`);
  const theirs = new Inbox(colleague);
  await expect(theirs.row(/Hannah Weiss/)).toBeVisible();

  // By keyboard: a range from the row that has the focus.
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await expect(bar.getByRole('status')).toHaveText('1 selected');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(bar.getByRole('status')).toHaveText('2 selected');
  await page.keyboard.press('Escape');
  await expect(bar).toBeHidden();

  // With the mouse: a box shows under the pointer.
  await inbox.row(people[0][1]).hover();
  await page.getByRole('checkbox', { name: 'Select Lucía Gómez' }).check();
  await page.getByRole('checkbox', { name: 'Select Hannah Weiss' }).check();
  await expect(bar.getByRole('status')).toHaveText('2 selected');
  await accessible(page);
  await bar.getByRole('button', { name: 'Assign' }).click();
  await page.getByRole('option', { name: /Beto Agent/ }).click();
  await expect(bar).toBeHidden();
  await expect(page.getByText(/^Assigned · 2 contacts/)).toBeVisible();
  for (const name of [people[0][1], people[2][1]]) {
    await expect(inbox.row(name).getByText('Assigned to Beto Agent')).toBeAttached();
    // The colleague sees it without doing anything.
    await expect(theirs.row(name).getByText('Assigned to Beto Agent')).toBeAttached();
  }
  await expect(inbox.row(people[1][1]).getByText('Assigned to')).toHaveCount(0);

  // All that are shown, tagged with a tag that is made on the way.
  await page.getByRole('button', { name: 'Select contacts' }).click();
  await bar.getByRole('checkbox', { name: 'Select the 3 shown' }).check();
  await page.keyboard.press('t');
  await expect(page.getByRole('combobox', { name: 'Find a tag or name a new one' })).toBeFocused();
  await accessible(page);
  await page.keyboard.type('Fair');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/^Tagged · 3 contacts/)).toBeVisible();
  await inbox.open(people[1][1]);
  await expect(page.getByRole('button', { name: 'Remove the tag Fair' })).toBeVisible();

  // Where closing wants a note, it is asked for once.
  await server.api('PUT', '/closing', { mode: 'category', categories: [{ name: 'Sale' }] });
  await page.reload();
  await expect(inbox.row(people[1][1])).toBeVisible();
  await page.keyboard.press('x'); // the open one
  await expect(bar.getByRole('status')).toHaveText('1 selected');
  await page.getByRole('checkbox', { name: 'Select Hannah Weiss' }).check();
  await page.keyboard.press('e');
  const note = page.getByRole('dialog', { name: 'Close conversation' });
  await note.getByRole('combobox').selectOption('Sale');
  await note.getByRole('button', { name: 'Close conversation' }).click();
  await expect(page.getByText(/^Closed · 2 contacts/)).toBeVisible();
  await expect(inbox.row(people[1][1])).toBeHidden();
  await expect(theirs.row(people[2][1])).toBeHidden();
  await expect(inbox.row(people[0][1])).toBeVisible();
});

test('everything that matches is changed bit by bit: progress, cancelling, and a report of what failed', async ({ page, server }) => {
  server.addOwner();
  server.seed(4000);
  const inbox = await three(page, server);
  const bar = picked(page);
  await page.goto(`${server.url}/inbox/all?status=all`);
  await page.getByRole('button', { name: 'Select contacts' }).click();
  await bar.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Select all that match' }).click();
  await expect(bar.getByRole('status')).toHaveText('All that match');
  await page.keyboard.press('t');
  await expect(page.getByRole('combobox', { name: 'Find a tag or name a new one' })).toBeFocused();
  await page.keyboard.type('Everybody');
  await page.keyboard.press('Enter');
  const sure = page.getByRole('dialog', { name: 'Change the tags of all contacts that match?' });
  await expect(sure).toBeVisible();
  await sure.getByRole('button', { name: 'Go ahead' }).click();
  await expect(page.getByRole('progressbar', { name: 'Tagging' })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText(/^Tagging was cancelled · /)).toBeVisible();
  await page.getByRole('button', { name: 'Report' }).click();
  const report = page.getByRole('dialog', { name: 'Report: Tags' });
  await expect(report.getByText('Left undone')).toBeVisible();
  await accessible(page);
  await page.keyboard.press('Escape');

  // What can't be done is said with its reason, and can be read again later.
  await page.goto(`${server.url}/inbox/all`);
  const id = /\/(\d+)$/.exec((await inbox.row(people[0][1]).getAttribute('href'))!.split('?')[0]!)![1];
  await page.getByRole('button', { name: 'Select contacts' }).click();
  await page.getByRole('checkbox', { name: 'Select Lucía Gómez' }).check();
  await page.getByRole('checkbox', { name: 'Select Mateo Andrade' }).check();
  // Blocked by a colleague at this very moment: it leaves the list, not what was picked.
  await page.route('**/api/v1/bulk', async (route) => {
    await server.api('POST', `/contacts/${id}/block`);
    await route.continue();
  });
  await page.keyboard.press('e');
  await expect(page.getByText(/^Closed · 1 contact.*Could not be done: 1$/)).toBeVisible();
  await page.reload();
  await page.getByRole('button', { name: 'Select contacts' }).click();
  await bar.getByRole('button', { name: 'What was done lately' }).click();
  const history = page.getByRole('dialog', { name: 'What was done lately' });
  await expect(history.getByText('Tagging was cancelled')).toBeVisible();
  await history.getByRole('button', { name: /^Close .*1 contact Could not be done: 1$/ }).click();
  await expect(page.getByRole('dialog', { name: 'Report: Close' }).getByRole('link', { name: 'Lucía Gómez' })).toBeVisible();
  await expect(page.getByRole('dialog', { name: 'Report: Close' })).toContainText('blocked');
});

test('what is done to many has its words before any contact was opened', async ({ page, server }) => {
  server.addOwner();
  await three(page, server);
  await page.goto(`${server.url}/inbox/all`);
  await page.mouse.move(0, 0);
  await page.getByRole('button', { name: 'Select contacts' }).click();
  await picked(page).getByRole('checkbox').check();
  await page.keyboard.press('a');
  await expect(page.getByRole('combobox', { name: 'Find a colleague or a team' })).toBeFocused();
  await page.keyboard.press('Escape');
  await picked(page).getByRole('button', { name: 'Close', exact: true }).click();
  await expect(page.getByRole('dialog').or(page.getByText(/^Closed · 3 contacts/)).first()).toBeVisible();
});

test('on a phone rows are ticked with a finger', async ({ browser, server }) => {
  server.addOwner();
  const page = await (await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })).newPage();
  const inbox = await three(page, server);
  await page.getByRole('button', { name: 'Select contacts' }).tap();
  await inbox.row(people[1][1]).tap();
  await inbox.row(people[2][1]).tap();
  await expect(picked(page).getByRole('status')).toHaveText('2 selected');
  await accessible(page);
  await picked(page).getByRole('button', { name: 'Close', exact: true }).tap();
  await expect(page.getByText(/^Closed · 2 contacts/)).toBeVisible();
  await expect(inbox.row(people[1][1])).toBeHidden();
});

test('whoever may takes contacts out as a file: those picked, or all that match', async ({ page, browser, server }) => {
  server.addOwner();
  const beto = server.addUser('Beto Agent', 'agent');
  const inbox = await three(page, server);
  const bar = picked(page);
  const save = async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), bar.getByRole('button', { name: 'Export as CSV' }).click()]);
    expect(download.suggestedFilename()).toMatch(/^contacts-\d{4}-\d\d-\d\d\.csv$/);
    return readFileSync(await download.path(), 'utf8');
  };

  await inbox.row(people[0][1]).hover();
  await page.getByRole('checkbox', { name: 'Select Lucía Gómez' }).check();
  const one = await save();
  expect(one.trim().split('\n')).toHaveLength(2);
  expect(one).toContain('Lucía');
  expect(one).not.toContain('Hannah');
  await expect(page).toHaveURL(/\/inbox\/all/);

  await page.getByRole('checkbox', { name: 'Select Hannah Weiss' }).check();
  await page.getByRole('checkbox', { name: 'Select Mateo Andrade' }).check();
  expect((await save()).trim().split('\n')).toHaveLength(4);

  // An agent has no such button.
  const colleague = await (await browser.newContext()).newPage();
  await colleague.request.post(`${server.url}/api/v1/session`, { data: beto });
  await colleague.goto(`${server.url}/inbox/all`);
  await new Inbox(colleague).row(people[0][1]).hover();
  await colleague.getByRole('checkbox', { name: 'Select Lucía Gómez' }).check();
  await expect(picked(colleague).getByRole('button', { name: 'Assign' })).toBeEnabled();
  await expect(picked(colleague).getByRole('button', { name: 'Export as CSV' })).toHaveCount(0);
});
