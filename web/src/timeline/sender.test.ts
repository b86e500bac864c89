import { beforeAll, describe, expect, test } from 'vitest';
import type { Message } from '../api/types';
import { setTexts } from '../i18n';
import { en } from '../i18n/en';
import { eventTexts } from './event-texts';
import { senderOf } from './sender';

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
    const message = { source, sender_name: name } as Message;
    expect(senderOf(message, channel)).toEqual([category, sender]);
  });
});
