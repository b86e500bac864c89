import type { Contact, Identity } from '../api/types';
import { formatPhone } from '../format/phone';
import { timeLeft } from '../format/time';
import { useNow } from '../format/use-now';
import { consoleTexts } from '../timeline/console-texts';
import { ChannelGlyph } from '../ui/channel-glyph';
import { Icon } from '../ui/icon';
import { MenuButton, type MenuEntry } from '../ui/menu';
import type { WindowState } from './channel-rules';

/** Which of the contact's channels the reply goes through, and how long it stays open. */
export function ChannelPicker({
  contact,
  identity,
  window: state,
  onPick,
}: {
  contact: Contact;
  identity: Identity;
  window: WindowState | undefined;
  onPick: (channelId: string) => void;
}) {
  const now = useNow();
  const left = state?.open && state.closesAt ? timeLeft(state.closesAt, now) : '';
  const soon = state?.open && state.closesAt && Date.parse(state.closesAt) - now < 4 * 3_600_000;
  const inside = (
    <>
      <span className="sr-only">{consoleTexts.text.sendChannel}: </span>
      <ChannelGlyph type={identity.channel_type} />
      <span className="min-w-0 truncate max-md:sr-only">{identity.channel_name}</span>
      {left && (
        <span className={`shrink-0 font-semibold ${soon ? 'text-amber-ink' : 'text-green'}`}>
          <span className="font-normal text-faint max-md:hidden">· </span>
          {consoleTexts.text.windowLeft(left)}
        </span>
      )}
      {state && !state.open && (
        <span className="shrink-0 font-semibold text-amber-ink">
          <span className="font-normal text-faint max-md:hidden">· </span>
          {consoleTexts.text.windowClosed}
        </span>
      )}
    </>
  );
  const className =
    'ml-auto flex h-7 min-w-0 items-center gap-1.5 rounded-6 px-1.5 text-12 text-muted';
  if (contact.identities.length < 2) return <span className={className}>{inside}</span>;
  return (
    <MenuButton
      label={consoleTexts.text.sendChannel}
      named="by-text"
      align="end"
      side="top"
      className={`${className} hover:bg-hover hover:text-text`}
      entries={contact.identities.map(
        (i): MenuEntry => ({
          key: i.id,
          label: i.channel_name,
          leading: <ChannelGlyph type={i.channel_type} />,
          hint: formatPhone(i.label),
          checked: i.id === identity.id,
          onSelect: () => onPick(i.channel_id),
        }),
      )}
    >
      {inside}
      <Icon name="down" size={14} />
    </MenuButton>
  );
}
