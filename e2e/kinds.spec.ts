import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { Inbox, signIn, test } from './app.ts';
import { aList, ask, drawn, lucia, ticks, twoButtons, valentina } from './kinds.ts';

const sample = (name: string) => readFileSync(new URL(`../internal/sim/samples/${name}`, import.meta.url));
const picture = { name: 'ramo.jpg', mimeType: 'image/jpeg', buffer: sample('flowers.jpg') };
const pdf = { name: 'factura.pdf', mimeType: 'application/pdf', buffer: sample('order.pdf') };

for (const c of [lucia, valentina]) {
  test(`every kind of message over ${c.account}, in`, async ({ page, server }) => {
    server.addOwner();
    await server.connect(c.account === 'telegram' ? 'telegram' : 'whatsapp_cloud');
    await signIn(page, server);
    const does = (act: Record<string, unknown>) => server.customer(c.account, c.person, act);
    const first = await does({ kind: 'text', text: '¿Tienen rosas? https://flores.example/rosas' });
    await page.goto(`${server.url}/inbox/all`);
    const inbox = new Inbox(page);
    await inbox.open(c.name);
    const link = inbox.message('¿Tienen rosas?').getByRole('link', { name: 'https://flores.example/rosas' });
    await expect(link).toHaveAttribute('rel', /noopener/);

    await does({ kind: 'image', text: 'Como estas' });
    await drawn(inbox.message('Como estas').getByRole('img'));
    await inbox.message('Como estas').getByRole('button', { name: /Open full size/ }).click();
    await drawn(page.getByRole('dialog').getByRole('img').first());
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();

    const incoming = inbox.timeline.getByRole('article', { name: c.name });
    await does({ kind: 'voice' });
    await expect(incoming.last().getByRole('button', { name: 'Play' })).toBeVisible();
    await expect(inbox.row(c.name)).toContainText('Voice message');
    await does({ kind: 'audio' });
    await expect(incoming.last().getByRole('slider', { name: 'Position' })).toHaveCount(1);
    await does({ kind: 'video' });
    // The simulator's is none that a browser plays, so it is there to be taken.
    await expect(incoming.last().getByRole('link', { name: /video\.mp4 MP4 · \d/ })).toHaveAttribute('href', /^\/files\//);
    await does({ kind: 'document' });
    await expect(incoming.last().getByRole('link', { name: /pedido\.pdf PDF · \d/ })).toBeVisible();
    await does({ kind: 'sticker' });
    await drawn(incoming.last().getByRole('img', { name: /Sticker/ }));
    await does({ kind: 'location' });
    await expect(incoming.last()).toContainText('Parque La Carolina');
    await expect(incoming.last().getByRole('link', { name: 'Open in maps' })).toHaveAttribute('href', /-0\.18\d*.*-78\.46/);
    await does({ kind: 'contact' });
    await expect(incoming.last()).toContainText('Ana Paz');
    await expect(incoming.last().getByRole('link', { name: /593/ })).toHaveAttribute('href', 'tel:+593987650000');

    const question = await ask(server, c, '¿Qué día la enviamos?', twoButtons);
    const asked = inbox.message('¿Qué día la enviamos?');
    await expect(asked).toContainText('Mañana');
    await does({ kind: 'tap', target: question, button: 'today' });
    await expect(incoming.last()).toContainText('Chose');
    await expect(incoming.last()).toContainText('Hoy');

    const list = await ask(server, c, '¿Cuál ramo?', aList);
    await does({ kind: 'tap', target: list, button: 'roses' });
    await expect(incoming.last()).toContainText('Doce rosas');

    await does({ kind: 'reaction', target: list, emoji: '👍' });
    await expect(inbox.message('¿Cuál ramo?').getByText('The contact reacted: 👍')).toBeAttached();
    await does({ kind: 'reaction', target: list, emoji: '' });
    await expect(inbox.message('¿Cuál ramo?').getByText(/The contact reacted/)).toHaveCount(0);

    const reply = await does({ kind: 'text', text: 'Esas, por favor', target: first });
    const answer = inbox.message('Esas, por favor');
    await answer.getByRole('button', { name: /Go to the original message: .*¿Tienen rosas\?/ }).click();
    await expect(inbox.message(/^¿Tienen rosas\?/)).toBeInViewport();
    await does({ kind: 'edit', target: reply, text: 'Esas, si quedan' });
    await page.getByRole('button', { name: /Jump to latest|new message/ }).click();
    await expect(inbox.message('Esas, si quedan')).toContainText('edited');
    await expect(inbox.message('Esas, por favor')).toHaveCount(0);
  });
}

test('text, a picture, a document, a reaction and a template go out, and are seen read', async ({ page, server }) => {
  server.addOwner();
  await server.connect('whatsapp_cloud');
  await signIn(page, server);
  const c = valentina;
  await server.customer(c.account, c.person, { kind: 'text', text: 'Buenas' });
  await page.goto(`${server.url}/inbox/all`);
  const inbox = new Inbox(page);
  await inbox.open(c.name);
  const phone = () => server.phone(c.account, c.person);
  // Another test may have left the chat open on this phone, and read is soon after delivered.
  await server.reading(c.account, c.person, false);

  await inbox.write('Buenos días 🌹');
  await ticks(inbox.message('Buenos días'), 'Delivered');
  await server.reading(c.account, c.person, true);
  await ticks(inbox.message('Buenos días'), 'Read');

  for (const file of [picture, pdf]) {
    await inbox.composer.locator('input[type=file]').setInputFiles(file);
    await expect(inbox.composer.getByRole('button', { name: `Remove ${file.name}` })).toBeVisible();
    const caption = `Le envío ${file.name}`;
    await inbox.composer.getByRole('textbox').fill(caption);
    const send = inbox.composer.getByRole('button', { name: /^Send(?! later)/ });
    await expect(send).toHaveAttribute('aria-disabled', 'false');
    await send.click();
    const sent = inbox.message(caption);
    if (file === picture) await drawn(sent.getByRole('img'));
    else await expect(sent.getByRole('link', { name: /factura\.pdf/ })).toBeVisible();
    await ticks(sent, 'Read');
    await expect.poll(async () => (await phone()).filter((m) => m.text === caption).map((m) => m.kind)).toEqual([file === picture ? 'image' : 'document']);
  }

  await inbox.message('Buenas').hover();
  await inbox.message('Buenas').getByRole('button', { name: 'React' }).click();
  await page.getByRole('button', { name: 'React ❤️' }).click();
  await expect(inbox.message('Buenas').getByText('We reacted: ❤️')).toBeAttached();
  await expect.poll(async () => (await phone()).find((m) => m.text === 'Buenas')?.reactions).toEqual({ business: '❤️' });

  await inbox.composer.getByRole('button', { name: 'Template' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /pedido_listo/ }).click();
  await dialog.getByLabel('Body: 1').fill('Valentina');
  await dialog.getByLabel('Body: 2').fill('A-77');
  await expect(dialog.getByText('Hola Valentina, su pedido A-77 está listo para retirar.')).toBeVisible();
  await dialog.getByLabel('Ver pedido: 1').fill('A-77');
  await dialog.getByRole('button', { name: 'Send template' }).click();
  await expect(dialog).toBeHidden();
  const template = inbox.message('Hola Valentina, su pedido A-77');
  await expect(template).toContainText('Template pedido_listo');
  await ticks(template, 'Read');
  await expect(inbox.row(c.name)).toContainText('You: Hola Valentina, su pedido A-77');
  await expect.poll(async () => (await phone()).some((m) => m.template === 'pedido_listo')).toBe(true);
});
