import { expect, type Locator, type Page } from '@playwright/test';

import type { Server } from './server.ts';

export interface Customer {
  account: 'telegram' | 'whatsapp';
  person: string;
  name: RegExp;
}

export const lucia: Customer = { account: 'telegram', person: '7001001', name: /Lucía Gómez/ };
export const mateo: Customer = { account: 'telegram', person: '7001002', name: /Mateo Andrade/ };
export const valentina: Customer = { account: 'whatsapp', person: '593987654321', name: /Valentina Ruiz/ };
export const diego: Customer = { account: 'whatsapp', person: '593991112223', name: /Diego Salazar/ };

/** The id by which the API knows a customer. */
export async function contactId(server: Server, name: RegExp): Promise<string> {
  let id = '';
  await expect
    .poll(async () => {
      const { items } = await server.api<{ items: { id: string; name: string }[] }>('GET', '/contacts?status=all');
      id = items.find((i) => name.test(i.name))?.id ?? '';
      return id;
    })
    .not.toBe('');
  return id;
}

/** Asks a question with buttons, or with a list, and waits until the phone shows it; gives its id there. */
export async function ask(server: Server, c: Customer, text: string, interactive: object): Promise<string> {
  await server.api('POST', `/contacts/${await contactId(server, c.name)}/messages`, { text, interactive });
  const shown = async () => (await server.phone(c.account, c.person)).find((m) => m.text?.includes(text))?.id;
  await expect.poll(shown).toBeTruthy();
  return (await shown()) ?? '';
}

export const twoButtons = {
  buttons: [
    { id: 'today', title: 'Hoy' },
    { id: 'tomorrow', title: 'Mañana' },
  ],
};

export const aList = {
  list_name: 'Ver ramos',
  sections: [{ rows: [{ id: 'roses', title: 'Doce rosas', description: 'Rojas o blancas' }, { id: 'lilies', title: 'Lirios' }] }],
};

/**
 * Has a customer do everything a customer can, one after the other. Each is answered
 * by a comment, so that none is one of a group: each shows its time and its corner.
 */
export async function everyKind(server: Server, c: Customer): Promise<void> {
  let id = '';
  const does = async (act: Record<string, unknown>) => {
    const before = id ? await received(id) : 0;
    const done = await server.customer(c.account, c.person, act);
    id ||= await contactId(server, c.name);
    await expect.poll(() => received(id)).not.toBe(before);
    return done;
  };
  const received = async (contact: string) => (await server.api<{ unread: number }>('GET', `/contacts/${contact}`)).unread;
  const note = (text: string) => server.api('POST', `/contacts/${id}/messages`, { comment: true, text });
  const first = await does({ kind: 'text', text: '¿Tienen rosas? https://flores.example/rosas' });
  for (const kind of ['image', 'voice', 'audio', 'video', 'document', 'sticker', 'location', 'contact']) {
    await does({ kind });
    await note(kind);
  }
  const question = await ask(server, c, '¿Qué día la enviamos?', twoButtons);
  await does({ kind: 'tap', target: question, button: 'today' });
  await server.customer(c.account, c.person, { kind: 'reaction', target: question, emoji: '👍' });
  await does({ kind: 'text', text: 'Esas, por favor', target: first });
}

/** A picture counts as shown only once the browser has drawn it. */
export async function drawn(picture: Locator): Promise<void> {
  await expect(picture).toBeVisible();
  await expect.poll(() => picture.evaluate((el: HTMLImageElement) => el.naturalWidth)).toBeGreaterThan(0);
}

/** Waits until the last message that is ours has the given ticks. */
export async function ticks(message: Locator, status: string): Promise<void> {
  await expect(message.getByRole('button', { name: new RegExp(`^Message details: .*, ${status}$`) })).toBeVisible();
}

/** Tells the browser that channels have Messenger's rules, with these tags, and that every messaging window is closed. */
export async function outsideWindow(page: Page, tags: { value: string; name: string; help: string }[]): Promise<void> {
  await page.route('**/api/v1/channels', async (route) => {
    if (route.request().method() !== 'GET') return route.fallback();
    const answer = await route.fetch();
    const list = await answer.json();
    for (const channel of list.items) Object.assign(channel.capabilities, { window_hours: 24, human_hours: 168, outside_window: 'tag', tags });
    await route.fulfill({ response: answer, json: list });
  });
  await page.route(/\/api\/v1\/contacts\/\d+$/, async (route) => {
    const answer = await route.fetch();
    const contact = await answer.json();
    for (const identity of contact.identities ?? []) identity.window_closes_at = '2021-03-04T10:00:00Z';
    await route.fulfill({ response: answer, json: contact });
  });
}
