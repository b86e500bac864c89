import { beforeAll, describe, expect, test } from 'vitest';
import type { Capabilities, Channel, Contact, Identity, Template } from '../api/types';
import { setTexts } from '../i18n';
import { en } from '../i18n/en';
import { consoleTexts } from '../timeline/console-texts';
import { pickIdentity, refusal, windowOf } from './channel-rules';
import { fillText, missing, templateSend } from './template-fill';

beforeAll(async () => {
  setTexts(en);
  await consoleTexts.load('en');
});

const can = {
  out: {
    text: { bytes: 0, text: 4096, mime: [] },
    image: { bytes: 5 << 20, text: 1024, mime: ['image/jpeg', 'image/png'] },
    file: { bytes: 100 << 20, text: 1024, mime: ['application/pdf', 'image/*'] },
    voice: { bytes: 16 << 20, text: 0, mime: ['audio/ogg'] },
  },
  window_hours: 24,
  human_hours: 0,
  tags: [],
  outside_window: 'template',
  templates: true,
} as unknown as Capabilities;

describe('refusal', () => {
  test('names the limit', () => {
    const big = { mime: 'application/pdf', size: 101 << 20, kind: 'file' as const };
    expect(refusal(big, can)).toBe('Larger than this channel takes (100 MB)');
  });
  test('a picture that is too large as a picture may go as a file', () => {
    expect(refusal({ mime: 'image/png', size: 8 << 20, kind: 'image' }, can)).toBeUndefined();
  });
  test('names the types', () => {
    expect(refusal({ mime: 'audio/webm;codecs=opus', size: 1, kind: 'voice' }, can)).toContain(
      'OGG',
    );
  });
  test('says what the channel cannot send at all', () => {
    const only = { ...can, out: { text: can.out.text } } as Capabilities;
    expect(refusal({ mime: 'image/png', size: 1, kind: 'image' }, only)).toBe(
      consoleTexts.text.kindNotSent,
    );
  });
});

describe('messaging window', () => {
  const now = Date.parse('2026-11-23T12:00:00Z');
  const channel = { capabilities: can } as Channel;
  const identity = (closes: string | null, reachable = true) =>
    ({ window_closes_at: closes, reachable, used: true }) as Identity;
  test('open, closed and none', () => {
    expect(windowOf(identity('2026-11-23T13:00:00Z'), channel, now).open).toBe(true);
    expect(windowOf(identity('2026-11-23T11:00:00Z'), channel, now)).toMatchObject({
      open: false,
      offer: 'template',
    });
    expect(windowOf(identity(null), channel, now)).toMatchObject({
      open: false,
      offer: 'template',
    });
    const never = { ...identity(null), used: false } as Identity;
    expect(windowOf(never, channel, now)).toEqual({
      open: false,
      offer: 'template',
      why: consoleTexts.text.beginTemplate,
    });
    const free = { capabilities: { ...can, window_hours: 0 } } as Channel;
    expect(windowOf(identity(null), free, now)).toEqual({ open: true, closesAt: null });
  });
  test('tags are offered where the channel has them, and people have longer', () => {
    const rules = { ...can, outside_window: 'tag', human_hours: 168, templates: false } as const;
    const tags = [{ value: 'ACCOUNT_UPDATE', name: 'Account update', help: '' }];
    const tagged = { capabilities: { ...rules, tags } } as Channel;
    expect(windowOf(identity(null), tagged, now)).toEqual({
      open: false,
      offer: 'tag',
      why: consoleTexts.text.windowClosedTag(168),
    });
    const none = { capabilities: { ...rules, tags: [] as typeof tags } } as Channel;
    expect(windowOf(identity(null), none, now)).toMatchObject({ open: false, offer: 'none' });
  });
});

test('the channel last used comes first', () => {
  const contact = {
    channel: { id: 'b', type: 'x' },
    identities: [
      { channel_id: 'a', reachable: true },
      { channel_id: 'b', reachable: true },
    ],
  } as Contact;
  expect(pickIdentity(contact, null)?.channel_id).toBe('b');
  expect(pickIdentity(contact, 'a')?.channel_id).toBe('a');
});

describe('templates', () => {
  const template: Template = {
    name: 'on_the_way',
    language: 'es',
    status: 'APPROVED',
    format: 'POSITIONAL',
    body: 'Hola {{1}}, llega {{2}}.',
    buttons: [{ type: 'URL', text: 'Ver' }],
    variables: [
      { part: 'body', name: '1' },
      { part: 'body', name: '2' },
      { part: 'button', index: 0, name: '1' },
    ],
  };
  const values = { 'body/0/1': 'Ana', 'body/0/2': 'mañana', 'button/0/1': '4471' };
  test('the preview keeps what is not filled yet', () => {
    expect(fillText(template.body, 'body', { 'body/0/1': 'Ana' })).toBe('Hola Ana, llega {{2}}.');
  });
  test('components hold the values in order', () => {
    expect(templateSend(template, values, null)).toEqual({
      name: 'on_the_way',
      language: 'es',
      components: [
        {
          type: 'body',
          parameters: [
            { type: 'text', value: 'Ana' },
            { type: 'text', value: 'mañana' },
          ],
        },
        {
          type: 'button',
          sub_type: 'url',
          index: 0,
          parameters: [{ type: 'text', value: '4471' }],
        },
      ],
    });
  });
  test('nothing may be missing', () => {
    expect(missing(template, values, null)).toBe(false);
    expect(missing(template, { ...values, 'body/0/2': ' ' }, null)).toBe(true);
    expect(missing({ ...template, header: { format: 'IMAGE' } }, values, null)).toBe(true);
  });
});
