import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { owner, Server } from './server.ts';

/** Every test has a server of its own, stopped at its end. */
export const test = base.extend<{ server: Server }>({
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads the pattern
  server: async ({}, use) => {
    const server = await Server.start();
    await use(server);
    await server.stop();
  },
});

/** Signs the browser in without the form, which has a test of its own. */
export async function signIn(page: Page, server: Server): Promise<void> {
  const r = await page.request.post(`${server.url}/api/v1/session`, { data: { email: owner.email, password: owner.password } });
  expect(r.ok(), await r.text()).toBe(true);
}

const words = {
  en: { list: 'Contacts', timeline: 'Messages', composer: 'Write a message' },
  es: { list: 'Contactos', timeline: 'Mensajes', composer: 'Escribir un mensaje' },
};

/** The inbox as somebody sees it: its list, the open conversation, its messages. */
export class Inbox {
  readonly list: Locator;
  readonly console: Locator;
  readonly timeline: Locator;
  readonly composer: Locator;

  constructor(
    readonly page: Page,
    language: 'en' | 'es' = 'en',
  ) {
    const w = words[language];
    // On a phone the list is the page itself.
    this.list = page.getByRole('region', { name: w.list }).or(page.getByRole('main', { name: w.list }));
    this.console = page.getByRole('main');
    this.timeline = page.getByRole('region', { name: w.timeline });
    this.composer = page.getByRole('region', { name: w.composer });
  }

  row(name: RegExp): Locator {
    return this.list.getByRole('link', { name });
  }

  async open(name: RegExp): Promise<void> {
    await this.row(name).click();
    // Rows hold still below the pointer; away from it they follow the news.
    await this.page.mouse.move(0, 0);
    await expect(this.page).toHaveURL(/\/inbox\/[\w-]+\/\d+/);
    await expect(this.timeline).toBeVisible();
  }

  /** The message that says something. The announcer for screen readers says it too, outside the timeline. */
  message(has: string | RegExp | Locator): Locator {
    const all = this.timeline.getByRole('article');
    return typeof has === 'string' || has instanceof RegExp ? all.filter({ hasText: has }) : all.filter({ has });
  }

  async write(text: string): Promise<void> {
    const box = this.composer.getByRole('textbox');
    await box.fill(text);
    await box.press('Enter');
  }
}

export const people = [
  ['7001001', /Lucía Gómez/],
  ['7001002', /Mateo Andrade/],
  ['7001003', /Hannah Weiss/],
] as const;

/** An inbox of three contacts who wrote one after the other; the last is the first of the list. */
export async function three(page: Page, server: Server): Promise<Inbox> {
  await server.connect('telegram');
  await signIn(page, server);
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  for (const [person, name] of people) {
    await server.customer('telegram', person, { kind: 'text', text: 'hola' });
    await expect(inbox.row(name)).toBeVisible();
  }
  await page.mouse.move(0, 0);
  return inbox;
}
