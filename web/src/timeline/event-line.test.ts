import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { TimelineEvent } from '../api/types';
import { loadLanguage } from '../i18n';
import { consoleTexts } from './console-texts';
import { eventText } from './event-line';
import { eventTexts } from './event-texts';
import { referralLines, referralTitle } from './referral-card';

vi.stubGlobal('document', { documentElement: {} });

type Source = TimelineEvent['actor']['source'];

function event(
  kind: TimelineEvent['kind'],
  source: Source,
  data: Partial<TimelineEvent['data']> = {},
): TimelineEvent {
  const user = source === 'user';
  return {
    item: 'event',
    id: '1',
    at: '2026-11-24T10:00:00Z',
    kind,
    actor: { source, user_id: user ? '7' : null, name: user ? 'Ana Paz' : '' },
    data,
  } as unknown as TimelineEvent;
}

const until = '2026-11-25T09:00:00Z';
const beto = { assignee_id: '8', assignee_name: 'Beto' };

// Every event of the document's table, as the log has it once its cause exists.
const all: [string, TimelineEvent, string, string][] = [
  [
    'User Assigned',
    event('assigned', 'user', beto),
    'Ana Paz assigned Beto',
    'Ana Paz asignó a Beto',
  ],
  [
    'User Assigned by Automation',
    event('assigned', 'workflow', beto),
    'Assigned to Beto by a workflow',
    'Asignado a Beto por un flujo',
  ],
  [
    'User Assigned by Bot',
    event('assigned', 'bot', beto),
    'Assigned to Beto by a bot',
    'Asignado a Beto por un bot',
  ],
  [
    'Failed to Assign',
    event('assign_failed', 'workflow', { text: 'nadie en línea' }),
    'Assigning by a workflow failed: nadie en línea',
    'Error al asignar por un flujo: nadie en línea',
  ],
  [
    'Conversation Closed by User',
    event('conversation_closed', 'user'),
    'Ana Paz closed the conversation',
    'Ana Paz cerró la conversación',
  ],
  [
    'Conversation Closed by Workflow',
    event('conversation_closed', 'workflow'),
    'Conversation closed by a workflow',
    'Conversación cerrada por un flujo',
  ],
  [
    'Conversation Closed by Bot',
    event('conversation_closed', 'bot'),
    'Conversation closed by a bot',
    'Conversación cerrada por un bot',
  ],
  [
    'Conversation Closed by Contact Merge',
    event('conversation_closed', 'merge'),
    'Conversation closed by a merge of contacts',
    'Conversación cerrada por una fusión de contactos',
  ],
  [
    'Conversation Opened by User',
    event('conversation_opened', 'user'),
    'Ana Paz opened the conversation',
    'Ana Paz abrió la conversación',
  ],
  [
    'Conversation Opened by Workflow',
    event('conversation_opened', 'workflow'),
    'Conversation opened by a workflow',
    'Conversación abierta por un flujo',
  ],
  [
    'Conversation Opened by Contact',
    event('conversation_opened', 'contact'),
    'The contact opened the conversation',
    'El contacto abrió la conversación',
  ],
  [
    'Conversation Opened by Welcome Event',
    event('conversation_opened', 'contact', { welcome: true }),
    '',
    'Conversación abierta por el evento de bienvenida',
  ],
  [
    'Contact Snoozed',
    event('snoozed', 'user', { until }),
    'Ana Paz snoozed the contact until Nov 25, 09:00',
    'Ana Paz pospuso el contacto hasta 25 nov, 09:00',
  ],
  [
    'Contact Unsnoozed',
    event('unsnoozed', 'system'),
    'The snooze is over',
    'Terminó el tiempo de espera del contacto pospuesto',
  ],
  [
    'Contact Unsnoozed by a message',
    event('unsnoozed', 'contact'),
    '',
    'Un mensaje activó el contacto pospuesto',
  ],
  [
    'Broadcast Sent',
    event('broadcast_sent', 'broadcast', { broadcast: 'Navidad' }),
    'Broadcast sent: Navidad',
    'Transmisión enviada: Navidad',
  ],
  [
    'Automation Workflow Started',
    event('workflow_started', 'workflow', { workflow: 'Bienvenida' }),
    '',
    'El flujo comenzó: Bienvenida',
  ],
  [
    'Automation Workflow Ended',
    event('workflow_ended', 'workflow', { workflow: 'Bienvenida' }),
    '',
    'El flujo terminó: Bienvenida',
  ],
  ['Bot Status Off', event('bot_off', 'user'), 'Ana Paz paused the bot', 'Ana Paz pausó el bot'],
  [
    'Bot Status Off by Automation Workflow',
    event('bot_off', 'workflow'),
    'Bot paused by a workflow',
    'Bot pausado por un flujo',
  ],
  [
    'Bot Status Off by Bot',
    event('bot_off', 'bot'),
    'Bot paused by a bot',
    'Bot pausado por un bot',
  ],
  ['Bot Status On', event('bot_on', 'user'), '', 'Ana Paz activó el bot'],
  [
    'Bot Status On by Automation Workflow',
    event('bot_on', 'workflow'),
    '',
    'Bot activado por un flujo',
  ],
  ['Bot Status On by Bot', event('bot_on', 'bot'), '', 'Bot activado por un bot'],
  [
    'Event of the channel',
    event('channel_event', 'contact', { text: 'Empezar' }),
    'Channel event: Empezar',
    'Evento del canal: Empezar',
  ],
  [
    'Page Change',
    event('page_change', 'contact', { title: 'Precios' }),
    '',
    'Pasó a la página Precios',
  ],
  [
    'Contact Merged',
    event('contact_merged', 'user', { contact_name: 'Ana P.' }),
    '',
    'Ana Paz fusionó Ana P. con este contacto',
  ],
  [
    'Contact Unmerged',
    event('contact_unmerged', 'user', { contact_name: 'Ana P.' }),
    '',
    'Ana Paz separó Ana P. de este contacto',
  ],
  [
    'New Channel Added',
    event('channel_added', 'contact', { channel_name: 'WhatsApp' }),
    'New channel: WhatsApp',
    'Nuevo canal: WhatsApp',
  ],
  // What the contact did at the channel, and what was done here and by what.
  [
    'Channel blocked by the contact',
    event('channel_blocked', 'contact', { channel_name: 'Ventas' }),
    'The contact blocked the channel Ventas',
    'El contacto bloqueó el canal Ventas',
  ],
  [
    'Channel unblocked by the contact',
    event('channel_unblocked', 'contact', { channel_name: 'Ventas' }),
    'The contact unblocked the channel Ventas',
    'El contacto desbloqueó el canal Ventas',
  ],
  [
    'Channel blocked, as it was stored before',
    event('channel_event', 'contact', { text: 'blocked', channel_name: 'Ventas' }),
    'The contact blocked the channel Ventas',
    'El contacto bloqueó el canal Ventas',
  ],
  [
    'Channel unblocked, as it was stored before, of a channel without a name',
    event('channel_event', 'contact', { text: 'unblocked' }),
    'The contact unblocked this channel',
    'El contacto desbloqueó este canal',
  ],
  [
    'Contact blocked by User',
    event('contact_blocked', 'user'),
    'Contact blocked by Ana Paz',
    'Contacto bloqueado por Ana Paz',
  ],
  [
    'Contact blocked by API',
    event('contact_blocked', 'api'),
    'Contact blocked by the API',
    'Contacto bloqueado por la API',
  ],
  [
    'Contact blocked by Workflow',
    event('contact_blocked', 'workflow'),
    'Contact blocked by a workflow',
    'Contacto bloqueado por un flujo',
  ],
  [
    'Contact unblocked by API',
    event('contact_unblocked', 'api'),
    'Contact unblocked by the API',
    'Contacto desbloqueado por la API',
  ],
  [
    'Contact unblocked by the system',
    event('contact_unblocked', 'system'),
    'Contact unblocked by the system',
    'Contacto desbloqueado por el sistema',
  ],
  [
    'User Unassigned',
    event('unassigned', 'user'),
    'Ana Paz removed the assignee',
    'Ana Paz quitó la asignación',
  ],
  [
    'User Unassigned by API',
    event('unassigned', 'api'),
    'Assignee removed by the API',
    'Asignación quitada por la API',
  ],
  [
    'User Unassigned by Workflow',
    event('unassigned', 'workflow'),
    'Assignee removed by a workflow',
    'Asignación quitada por un flujo',
  ],
  [
    'User Unassigned by closing',
    event('unassigned', 'system'),
    'Assignee removed by the system',
    'Asignación quitada por el sistema',
  ],
  [
    'Contact Created by API',
    event('contact_created', 'api'),
    'Contact added by the API',
    'Contacto agregado por la API',
  ],
];

describe.each(['en', 'es'] as const)('every event of the document in words, %s', (language) => {
  beforeAll(async () => {
    await loadLanguage(language);
    await Promise.all([eventTexts.load(), consoleTexts.load()]);
  });
  test.each(all)('%s', (_, e, en, es) => {
    const text = eventText(e);
    const want = language === 'en' ? en : es;
    if (want) expect(text).toBe(want);
    expect(text).not.toMatch(/undefined|^$/);
  });
});

describe('who reads it', () => {
  beforeAll(async () => {
    await loadLanguage('es');
    await Promise.all([eventTexts.load(), consoleTexts.load()]);
  });
  test('their own doing is theirs', () => {
    expect(eventText(event('conversation_closed', 'user'), '7')).toBe(
      'Usted cerró la conversación',
    );
    expect(eventText(event('assigned', 'user', beto), '8')).toBe('Ana Paz asignó a usted');
    expect(
      eventText(event('assigned', 'user', { assignee_id: '7', assignee_name: 'Ana Paz' })),
    ).toBe('Ana Paz tomó la conversación');
  });
});

test('a web page’s own event is no blocking, whatever it is called', async () => {
  await loadLanguage('en');
  await eventTexts.load();
  expect(eventText(event('channel_event', 'contact', { text: 'blocked' }), '', 'webchat')).toBe(
    'Channel event: blocked',
  );
});

describe.each(['en', 'es'] as const)('what brought the contact, %s', (language) => {
  beforeAll(async () => {
    await loadLanguage(language);
    await eventTexts.load();
  });
  const pick = (en: string, es: string) => (language === 'en' ? en : es);
  const ad = {
    source: 'ad',
    ref: 'mayo-24',
    id: '120226305854810726',
    click_id: 'AffSim',
    url: 'https://fb.me/sim',
    headline: 'Rosas de mayo',
    body: 'Flores frescas',
  };
  test('an advertisement has each of its particulars', () => {
    expect(referralTitle(ad)).toBe(pick('Came through an advertisement', 'Llegó por un anuncio'));
    expect(referralLines(ad)).toEqual([
      { label: pick('Code', 'Código'), value: 'mayo-24' },
      { label: pick('Ad id', 'Id del anuncio'), value: '120226305854810726' },
      { label: pick('Click id', 'Id del clic'), value: 'AffSim' },
      {
        label: pick('Address', 'Dirección'),
        value: 'https://fb.me/sim',
        href: 'https://fb.me/sim',
      },
    ]);
  });
  test('only what is there is shown, and only web addresses are links', () => {
    expect(referralLines({ source: 'link', ref: 'promo-24' })).toEqual([
      { label: pick('Code', 'Código'), value: 'promo-24' },
    ]);
    const odd = { source: 'post', id: '7', url: 'javascript:alert(1)' };
    expect(referralLines(odd)).toEqual([
      { label: pick('Post id', 'Id de la publicación'), value: '7' },
      { label: pick('Address', 'Dirección'), value: 'javascript:alert(1)', href: undefined },
    ]);
    expect(referralTitle({ source: 'SHORTLINKS' })).toMatch(/ SHORTLINKS$/);
    expect(referralTitle({})).toBe(pick('Came through', 'Llegó por'));
  });
});
