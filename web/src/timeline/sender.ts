import type { Message } from '../api/types';
import { t } from '../i18n';
import { eventTexts } from './event-texts';

type Category = 'human' | 'platform' | 'integration' | 'provider' | 'api' | 'contact';

const categories: Record<Message['source'], Category> = {
  user: 'human',
  contact: 'contact',
  workflow: 'platform',
  broadcast: 'platform',
  merge: 'platform',
  system: 'platform',
  bot: 'integration',
  echo: 'provider',
  api: 'api',
};

/** Who wrote a message, or what did. */
export function authorOf(message: Message): string {
  return message.sender_name || t.sources[message.source];
}

/**
 * Through what a message was sent, and by whom: "Provider", "WhatsApp Echo". What went with a tag
 * was let through by the provider, whoever wrote it.
 */
export function senderOf(message: Message, channelType: string | undefined): [string, string] {
  const e = eventTexts.text;
  if (message.content.tag) return [e.categories.provider, e.facebookTag];
  const name =
    message.source === 'echo'
      ? channelType?.startsWith('whatsapp')
        ? e.whatsappEcho
        : channelType === 'messenger'
          ? e.facebookInbox
          : t.sources.echo
      : authorOf(message);
  return [e.categories[categories[message.source]], name];
}
