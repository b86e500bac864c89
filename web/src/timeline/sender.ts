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

/** Through what a message was sent, and by whom: "Provider", "WhatsApp Echo". */
export function senderOf(message: Message, channelType: string | undefined): [string, string] {
  const e = eventTexts.text;
  const name =
    message.source === 'echo'
      ? channelType?.startsWith('whatsapp')
        ? e.whatsappEcho
        : channelType === 'messenger'
          ? e.facebookInbox
          : t.sources.echo
      : message.sender_name || t.sources[message.source];
  return [e.categories[categories[message.source]], name];
}
