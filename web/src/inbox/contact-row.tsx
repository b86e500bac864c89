import { Link } from '@tanstack/react-router';
import { type KeyboardEvent, memo } from 'react';
import type { ContactRow as Row, User } from '../api/types';
import { formatPhone } from '../format/phone';
import { fullTime, rowTime } from '../format/time';
import { useNow } from '../format/use-now';
import { t } from '../i18n';
import type { InboxSearch } from '../router';
import { Avatar } from '../ui/avatar';
import { ChannelGlyph } from '../ui/channel-glyph';
import { Icon, type IconName } from '../ui/icon';
import { tip } from '../ui/tooltip';
import { usePhone } from '../ui/use-media';

const kindIcons: Partial<Record<string, IconName>> = {
  image: 'image',
  video: 'video',
  audio: 'mic',
  voice: 'mic',
  file: 'file',
  location: 'pin',
  contacts: 'user',
  order: 'cart',
  form: 'list',
};

// One for all rows: with a new one a Link gives up what it was about to fetch ahead.
const keepsList = ({ status, sort, unreplied, q }: InboxSearch) => ({ status, sort, unreplied, q });

export const ContactRow = memo(function ContactRow({
  row,
  inbox,
  selected,
  tabbable,
  assignee,
  myId,
  ticked,
  onTick,
  onKeyDown,
  onFocus,
}: {
  row: Row;
  inbox: string;
  selected: boolean;
  tabbable: boolean;
  assignee: User | undefined;
  myId: string;
  /** Whether it is picked; null while no contacts are being picked. */
  ticked: boolean | null;
  onTick: (id: string, range: boolean) => void;
  onKeyDown: (e: KeyboardEvent) => void;
  onFocus: (id: string) => void;
}) {
  const now = useNow();
  const last = row.last_message;
  const at = last?.at ?? row.status_since;
  const unread = row.unread > 0;
  const phone = usePhone();
  return (
    <>
      <Link
        to="/inbox/$inbox/$contactId"
        params={{ inbox, contactId: row.id }}
        search={keepsList}
        preload="intent"
        data-row={row.id}
        tabIndex={tabbable ? 0 : -1}
        aria-current={selected ? 'true' : undefined}
        onKeyDown={onKeyDown}
        onFocus={() => onFocus(row.id)}
        draggable={false}
        // With a finger, the whole row is what is ticked.
        onClick={(e) => {
          if (e.shiftKey || (phone && ticked !== null)) {
            e.preventDefault();
            onTick(row.id, e.shiftKey);
          }
        }}
        className={`relative flex h-16 items-center gap-[11px] border-b border-line/60 px-3.5 outline-offset-[-2px]! select-none ${
          ticked
            ? 'bg-tint'
            : selected
              ? 'bg-tint before:absolute before:inset-y-0 before:left-0 before:w-[3px] before:bg-accent'
              : 'hover:bg-hover'
        }`}
      >
        <span className="relative">
          <Avatar who={row} />
          <StatusMark row={row} />
        </span>
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className={`min-w-0 flex-1 truncate ${unread ? 'font-semibold' : 'font-medium'}`}>
              {formatPhone(row.name)}
            </span>
            {unread && <span className="sr-only">, {t.unreadCount(row.unread)}, </span>}
            <time
              dateTime={at}
              {...tip(fullTime(at))}
              className={`shrink-0 text-12 ${unread ? 'font-semibold text-accent' : selected ? 'text-muted' : 'text-faint'}`}
            >
              {rowTime(at, now)}
            </time>
          </span>
          <span className="mt-0.5 flex items-center gap-1.5">
            <span
              className={`flex min-w-0 flex-1 items-center gap-1 text-13 ${unread ? 'text-text' : 'text-muted'}`}
            >
              <Preview row={row} myId={myId} />
            </span>
            {row.blocked && <Icon name="block" size={15} className="text-red" />}
            {unread && (
              <span
                aria-hidden="true"
                className="h-[18px] min-w-[18px] rounded-full bg-accent px-[5px] text-center text-11 leading-[18px] font-semibold text-accent-ink"
              >
                {row.unread > 99 ? '99+' : row.unread}
              </span>
            )}
            {assignee && (
              <span
                {...tip(t.assignedTo(assignee.name))}
                className={`inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-full text-[10px] leading-none font-semibold text-muted ${assignee.picture_url ? '' : 'border border-line bg-surface px-[3px]'}`}
              >
                {assignee.picture_url ? (
                  <Avatar who={assignee} size={18} />
                ) : (
                  <span aria-hidden="true">{assignee.initials}</span>
                )}
                <span className="sr-only">{t.assignedTo(assignee.name)}</span>
              </span>
            )}
            {row.channel && <ChannelGlyph type={row.channel.type} />}
          </span>
        </span>
      </Link>
      <label
        className={`absolute top-[11px] left-[11px] grid size-[42px] place-items-center rounded-full ${
          ticked === null ? 'opacity-0 group-hover:bg-hover group-hover:opacity-100' : ''
        } ${ticked ? 'bg-tint' : 'bg-surface'}`}
      >
        <input
          type="checkbox"
          className="size-[18px] accent-accent"
          // x ticks the row that has the focus.
          tabIndex={-1}
          aria-label={t.selectRow(row.name)}
          checked={ticked ?? false}
          onChange={(e) => onTick(row.id, (e.nativeEvent as MouseEvent).shiftKey)}
        />
      </label>
    </>
  );
});

function StatusMark({ row }: { row: Row }) {
  if (row.status === 'open') return null;
  const closed = row.status === 'closed';
  const words = closed ? t.noOpenConversation : t.snoozed;
  return (
    <span
      {...tip(words)}
      className="absolute -right-[3px] -bottom-[3px] inline-flex size-4 items-center justify-center rounded-full bg-surface"
    >
      <span
        className={`inline-flex size-3 items-center justify-center rounded-full ${closed ? 'bg-green text-surface' : 'text-amber-ink'}`}
      >
        <Icon
          name={closed ? 'check' : 'clock'}
          size={closed ? 9 : 13}
          strokeWidth={closed ? 3.5 : 2}
        />
      </span>
      <span className="sr-only">{words}</span>
    </span>
  );
}

function Preview({ row, myId }: { row: Row; myId: string }) {
  const last = row.last_message;
  if (!last) return <span className="truncate text-faint">{t.noMessagesYet}</span>;
  const incoming = last.direction === 'incoming';
  const failed = last.status === 'failed' || last.status === 'uncertain';
  const kindIcon = kindIcons[last.kind];
  const sender = incoming
    ? ''
    : last.source !== 'user'
      ? t.sources[last.source]
      : last.user_id === myId
        ? t.you
        : (last.sender_name.split(' ')[0] ?? '');
  return (
    <>
      <Icon
        name={failed ? 'warning' : incoming ? 'arrowIn' : 'arrowOut'}
        size={14}
        className={failed ? 'text-red' : ''}
      />
      <span className="sr-only">
        {failed
          ? t.messageStatus[last.status as 'failed']
          : incoming
            ? t.incomingMessage
            : t.outgoingMessage}
        :
      </span>
      {kindIcon && <Icon name={kindIcon} size={14} />}
      <span className="min-w-0 truncate">
        {sender && `${sender}: `}
        {last.text || t.kinds[last.kind]}
      </span>
    </>
  );
}
