import { useQuery } from '@tanstack/react-query';
import { put } from '../api/http';
import { channelsQuery, useMay } from '../api/queries';
import type { Contact, Message } from '../api/types';
import { shownText } from '../format/mentions';
import { t } from '../i18n';
import { Icon } from '../ui/icon';
import { MenuButton, type MenuEntry } from '../ui/menu';
import { PopoverButton } from '../ui/popover';
import { toast, toastError } from '../ui/toast';
import { tip } from '../ui/tooltip';
import { useTouch } from '../ui/use-media';
import { changeMessage } from './change-message';
import { consoleTexts } from './console-texts';

const quick = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

/** Shown on hover and focus; where nothing hovers, one button that stays. */
export function MessageActions({
  message,
  contact,
  onReply,
}: {
  message: Message;
  contact: Contact;
  onReply: (message: Message) => void;
}) {
  const { data: channels } = useQuery(channelsQuery);
  const maySend = useMay('messages.send') && !contact.blocked;
  const can = channels?.find((c) => c.id === message.channel_id)?.capabilities;
  const comment = message.direction === 'comment';
  const delivered =
    message.direction === 'incoming' || ['sent', 'delivered', 'read'].includes(message.status);
  const mayReply = maySend && !comment && delivered && Boolean(can?.reply_context);
  const mayReact = maySend && !comment && delivered && Boolean(can?.reactions);
  const text = shownText(message.content);
  const touch = useTouch();
  const mine = message.reactions.find((r) => r.by === 'us')?.emoji;

  const react = (emoji: string) =>
    changeMessage(message, () =>
      put('/contacts/{id}/messages/{message}/reaction', {
        params: { id: contact.id, message: message.id },
        body: { emoji },
      }),
    ).catch(toastError);
  const copy = (value: string) =>
    navigator.clipboard.writeText(value).then(() => toast(t.copied), toastError);
  const reactions = quick.map((emoji) => ({
    text: emoji,
    label:
      mine === emoji
        ? `${consoleTexts.text.removeReaction} ${emoji}`
        : `${consoleTexts.text.react} ${emoji}`,
    checked: mine === emoji,
    onSelect: () => void react(mine === emoji ? '' : emoji),
  }));
  const entries = (): MenuEntry[] => [
    ...(touch && mayReact
      ? [{ kind: 'row' as const, key: 'react', label: consoleTexts.text.react, choices: reactions }]
      : []),
    ...(mayReply
      ? [
          {
            key: 'reply',
            label: consoleTexts.text.reply,
            icon: 'reply' as const,
            hint: touch ? undefined : 'Shift R',
            onSelect: () => onReply(message),
          },
        ]
      : []),
    ...(text
      ? [
          {
            key: 'copy',
            label: consoleTexts.text.copyText,
            icon: 'copy' as const,
            onSelect: () => void copy(text),
          },
        ]
      : []),
    {
      key: 'link',
      label: consoleTexts.text.copyLink,
      icon: 'link',
      onSelect: () => void copy(`${location.origin}/inbox/all/${contact.id}?m=${message.id}`),
    },
  ];
  const button = 'btn-icon size-7';
  if (touch)
    return (
      <MenuButton
        label={consoleTexts.text.messageActions}
        className="btn-icon size-9 text-faint"
        entries={entries}
        align="center"
      >
        <Icon name="more" size={18} strokeWidth={2.4} />
      </MenuButton>
    );
  return (
    <div className="mb-0.5 flex shrink-0 opacity-0 transition-opacity duration-100 group-hover/message:opacity-100 focus-within:opacity-100 has-aria-expanded:opacity-100">
      {mayReply && (
        <button
          type="button"
          className={button}
          aria-label={consoleTexts.text.reply}
          {...tip(consoleTexts.text.reply, 'Shift R')}
          onClick={() => onReply(message)}
        >
          <Icon name="reply" size={16} />
        </button>
      )}
      {mayReact && (
        <PopoverButton
          label={consoleTexts.text.react}
          attributes={tip(consoleTexts.text.react)}
          className={button}
          align="center"
          side="top"
          content={(close) => (
            <div className="flex p-1">
              {reactions.map((r) => (
                <button
                  key={r.text}
                  type="button"
                  aria-label={r.label}
                  aria-pressed={r.checked}
                  className="inline-flex size-9 items-center justify-center rounded-[8px] text-20 hover:bg-sunken aria-pressed:bg-tint"
                  onClick={() => {
                    close();
                    r.onSelect();
                  }}
                >
                  {r.text}
                </button>
              ))}
            </div>
          )}
        >
          <Icon name="emoji" size={16} />
        </PopoverButton>
      )}
      <MenuButton
        label={consoleTexts.text.messageActions}
        className={button}
        entries={entries}
        align="center"
      >
        <Icon name="more" size={16} strokeWidth={2.4} />
      </MenuButton>
    </div>
  );
}
