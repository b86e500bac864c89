import { expect } from '@playwright/test';
import { Inbox, signIn, test } from './app.ts';

// A request that the service worker is just taking over would pass by page.route.
test.use({ serviceWorkers: 'block' });

// What the server answers on a full disk, or without its database, is Go's to test
// (TestDiskFull, TestDatabaseDown); here is what an agent sees of it.

test('a database that refuses is told, and costs nothing', async ({ page, server }) => {
  server.addOwner();
  await server.connect('telegram');
  await signIn(page, server);
  await server.customer('telegram', '7001001', { kind: 'text', text: 'before' });
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  await inbox.open(/Lucía/);
  await expect(inbox.message('before')).toBeVisible();

  const down = /\/api\/v1\/contacts\/\d+\/messages$/;
  await page.route(down, (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({
          status: 503,
          contentType: 'application/problem+json',
          body: '{"status":503,"title":"Service Unavailable","code":"database_unavailable","detail":"The database can’t be written right now."}',
        })
      : route.continue(),
  );
  await inbox.write('kept');
  await expect(page.getByText('The server can’t save anything right now.')).toBeVisible();
  await expect(inbox.message('kept').getByRole('button', { name: /Waiting to be sent$/ })).toBeVisible();

  await page.unroute(down);
  await expect(inbox.message('kept').getByRole('button', { name: /, Sent$/ })).toBeVisible();
  await expect(page.getByText('The server can’t save anything right now.')).toBeHidden();
  await expect(inbox.message('kept')).toHaveCount(1);
  expect(await server.received('telegram', '7001001')).toEqual(['kept']);
});

test('what could not be loaded while the server was gone loads by itself when it is back', async ({ page, server }) => {
  server.addOwner();
  await server.connect('telegram');
  await signIn(page, server);
  await server.customer('telegram', '7001001', { kind: 'text', text: 'from Lucía' });
  await server.customer('telegram', '7001002', { kind: 'text', text: 'from Mateo' });
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  await inbox.open(/Lucía/);
  await expect(inbox.message('from Lucía')).toBeVisible();

  await server.kill();
  await inbox.row(/Mateo/).click();
  const failed = inbox.console.getByRole('button', { name: 'Try again' });
  await expect(failed).toBeVisible();
  await server.run();
  await expect(inbox.message('from Mateo')).toBeVisible();
  await expect(failed).toBeHidden();
  await inbox.write('here I am');
  await expect.poll(() => server.received('telegram', '7001002')).toEqual(['here I am']);
});
