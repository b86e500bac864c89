import { beforeAll, describe, expect, test } from 'vitest';
import type { Message } from '../api/types';
import { setTexts } from '../i18n';
import { en } from '../i18n/en';
import es from '../i18n/es';
import { eventTexts } from './event-texts';
import { authorOf, senderOf } from './sender';

beforeAll(async () => {
  setTexts(en);
  await eventTexts.load('en');
});

// The seed document's table of senders.
describe('who sent a message, by category', () => {
  test.each([
    ['workflow', '', 'telegram', 'Platform', 'Workflow'],
    ['broadcast', 'Mother’s day', 'telegram', 'Platform', 'Mother’s day'],
    ['bot', 'Dialogflow', 'telegram', 'Integration', 'Dialogflow'],
    ['echo', '', 'messenger', 'Provider', 'Facebook Inbox'],
    ['echo', '', 'whatsapp_cloud', 'Provider', 'WhatsApp Echo'],
    ['echo', '', 'telegram', 'Provider', en.sources.echo],
    ['user', 'Laura Medina', 'telegram', 'Human', 'Laura Medina'],
    ['api', 'Laura Medina', undefined, 'API', 'Laura Medina'],
    ['contact', 'Lucía Gómez', 'telegram', 'Contact', 'Lucía Gómez'],
  ] as const)('%s %s over %s', (source, name, channel, category, sender) => {
    const message = { source, sender_name: name, content: {} } as Message;
    expect(senderOf(message, channel)).toEqual([category, sender]);
  });
});

// What a tag lets through outside the window goes by the provider's leave; who wrote it stays known.
test('a message with a tag is sent by the provider’s Message Tag, in both languages', async () => {
  const tagged = (source: Message['source'], sender_name: string) =>
    ({ source, sender_name, content: { tag: 'ACCOUNT_UPDATE' } }) as Message;
  for (const message of [tagged('user', 'Laura Medina'), tagged('api', 'Laura Medina')]) {
    expect(senderOf(message, 'messenger')).toEqual(['Provider', 'Facebook Messenger Message Tag']);
    expect(authorOf(message)).toBe('Laura Medina');
  }
  setTexts(es);
  await eventTexts.load('es');
  expect(senderOf(tagged('user', 'Laura Medina'), 'messenger')).toEqual([
    'Proveedor',
    'Mensaje de etiqueta de Facebook',
  ]);
  expect(authorOf(tagged('workflow', ''))).toBe('Flujo');
});
