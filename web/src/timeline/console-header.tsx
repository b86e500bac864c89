import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { Suspense, useRef, useState } from 'react';
import { channelsQuery, closingQuery, useMay } from '../api/queries';
import type { Contact } from '../api/types';
import { lazyHelp } from '../composer/texts';
import { formatPhone } from '../format/phone';
import { clock, dayNumber, momentOf } from '../format/time';
import { useNow } from '../format/use-now';
import { useShortcuts } from '../frame/shortcuts';
import { t } from '../i18n';
import { Avatar } from '../ui/avatar';
import { ChannelGlyph } from '../ui/channel-glyph';
import { Icon } from '../ui/icon';
import { MenuButton } from '../ui/menu';
import { toast } from '../ui/toast';
import { tip } from '../ui/tooltip';
import { AssignButton } from './assign-button';
import { CloseButton, type CloseHandle } from './close-button';
import { ColleaguesHere } from './colleagues-here';
import { consoleTexts } from './console-texts';
import { SnoozeButton } from './snooze-button';
import { useConversationActions } from './use-conversation-actions';

const DateDialog = lazyHelp(() => import('./date-dialog'));

export function ConsoleHeader({
  contact,
  drawer,
  onDrawer,
  onMarkUnread,
}: {
  contact: Contact;
  drawer: boolean;
  onDrawer: () => void;
  onMarkUnread: () => void;
}) {
  const navigate = useNavigate();
  const { inbox } = useParams({ from: '/app/inbox/$inbox/$contactId' });
  const maySend = useMay('messages.send');
  const actions = useConversationActions(contact);
  const closing = useRef<CloseHandle>(null);
  const [dating, setDating] = useState(false);
  const { data: notes } = useQuery(closingQuery);
  const mayToggle = maySend && !contact.blocked;
  useShortcuts({
    Escape: () =>
      void navigate({ to: '/inbox/$inbox', params: { inbox }, search: (o) => o as object }),
  });
  const copyLink = () =>
    navigator.clipboard
      .writeText(`${location.origin}/inbox/all/${contact.id}`)
      .then(() => toast(t.copied));
  return (
    <header className="@container shrink-0 border-b border-line bg-surface">
      <div className="flex h-[60px] items-center gap-3 pr-2 pl-2 md:pr-3 md:pl-4">
        <button
          type="button"
          aria-label={consoleTexts.text.back}
          className="btn-icon size-9 md:hidden"
          onClick={() =>
            void navigate({ to: '/inbox/$inbox', params: { inbox }, search: (o) => o as object })
          }
        >
          <Icon name="left" size={22} />
        </button>
        <span className="max-md:-ml-3">
          <Avatar who={contact} />
        </span>
        <div className="min-w-0 flex-1">
          <h1 className="truncate text-[15px] leading-5 font-semibold tracking-tight">
            {formatPhone(contact.name)}
          </h1>
          <Subtitle contact={contact} />
        </div>
        <ColleaguesHere contactId={contact.id} />
        <div className="flex shrink-0 items-center gap-1 md:gap-1.5">
          <AssignButton contact={contact} onAssign={actions.assign} />
          {mayToggle && (
            <>
              <SnoozeButton
                contact={contact}
                onSnooze={(until) => void actions.snooze(until)}
                onUnsnooze={() => void actions.unsnooze()}
              />
              <CloseButton
                handle={closing}
                contact={contact}
                onClose={(note) => void actions.close(note)}
                onOpen={() => void actions.open()}
              />
            </>
          )}
          {maySend && contact.blocked && (
            <button type="button" className="btn" onClick={() => void actions.unblock()}>
              {consoleTexts.text.unblock}
            </button>
          )}
          <MenuButton
            label={t.more}
            className="btn-icon"
            align="end"
            entries={() => [
              {
                key: 'unread',
                label:
                  contact.unread > 0 ? consoleTexts.text.markRead : consoleTexts.text.markUnread,
                icon: 'mail',
                hint: 'U',
                onSelect: onMarkUnread,
              },
              {
                key: 'date',
                label: consoleTexts.text.goToDate,
                icon: 'calendar',
                onSelect: () => setDating(true),
              },
              {
                key: 'link',
                label: consoleTexts.text.copyLink,
                icon: 'link',
                onSelect: () => void copyLink(),
              },
              ...(mayToggle && contact.status !== 'closed' && notes?.mode === 'optional'
                ? ([
                    {
                      key: 'note',
                      label: consoleTexts.text.closeWithNote,
                      icon: 'check',
                      onSelect: () => closing.current?.ask(),
                    },
                  ] as const)
                : []),
              ...(maySend
                ? ([
                    {
                      key: 'bot',
                      label: contact.bot_on
                        ? consoleTexts.text.pauseBot
                        : consoleTexts.text.resumeBot,
                      icon: contact.bot_on ? 'pause' : 'play',
                      onSelect: () => void actions.setBot(!contact.bot_on),
                    },
                    {
                      key: 'block',
                      label: contact.blocked ? consoleTexts.text.unblock : consoleTexts.text.block,
                      icon: 'block',
                      danger: !contact.blocked,
                      onSelect: () => void (contact.blocked ? actions.unblock() : actions.block()),
                    },
                  ] as const)
                : []),
              {
                key: 'details',
                label: drawer ? t.hideDetails : consoleTexts.text.showDetails,
                icon: 'panel',
                hint: ']',
                onSelect: onDrawer,
              },
            ]}
          >
            <Icon name="more" strokeWidth={2.4} />
          </MenuButton>
          {!drawer && (
            <button
              type="button"
              className="btn-icon max-md:hidden"
              aria-label={consoleTexts.text.showDetails}
              {...tip(consoleTexts.text.showDetails, ']')}
              onClick={onDrawer}
            >
              <Icon name="panel" />
            </button>
          )}
        </div>
      </div>
      {dating && (
        <Suspense>
          <DateDialog contact={contact} onClose={() => setDating(false)} />
        </Suspense>
      )}
    </header>
  );
}

function Subtitle({ contact }: { contact: Contact }) {
  const { data: channels } = useQuery(channelsQuery);
  const now = useNow();
  const channel = channels?.find((c) => c.id === contact.channel?.id);
  const since = contact.conversation?.opened_at;
  const when = since && (dayNumber(since) === dayNumber(now) ? clock(since) : momentOf(since));
  const state = contact.blocked
    ? t.blocked
    : contact.status === 'snoozed' && contact.snoozed_until
      ? consoleTexts.text.snoozedUntil(momentOf(contact.snoozed_until))
      : contact.status === 'open' && when
        ? consoleTexts.text.openedAgo(when)
        : t.statusOf[contact.status].toLocaleLowerCase(t.locale);
  return (
    <p className="flex items-center gap-1.5 overflow-hidden text-12 whitespace-nowrap text-muted">
      {contact.channel && <ChannelGlyph type={contact.channel.type} size={14} />}
      {/* Where there isn't room for both, the glyph already tells the channel. */}
      {channel && (
        <span className="min-w-0 shrink-[9] truncate @max-[620px]:sr-only">{channel.name} ·</span>
      )}
      <span className="min-w-0 truncate">{state}</span>
    </p>
  );
}
