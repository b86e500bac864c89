import { useQuery } from '@tanstack/react-query';
import { channelsQuery, meQuery } from '../api/queries';
import type { TimelineEvent } from '../api/types';
import { safeHref } from '../format/autolink';
import { formatPhone } from '../format/phone';
import { clock, fullTime, momentOf } from '../format/time';
import { t } from '../i18n';
import { Icon, type IconName } from '../ui/icon';
import { tip } from '../ui/tooltip';
import { consoleTexts } from './console-texts';
import { eventTexts } from './event-texts';
import { ReferralCard } from './referral-card';

const icons: Record<TimelineEvent['kind'], IconName> = {
  conversation_opened: 'messages',
  conversation_closed: 'check',
  assigned: 'user',
  unassigned: 'unassigned',
  channel_added: 'plus',
  channel_event: 'bolt',
  page_change: 'globe',
  contact_blocked: 'block',
  contact_unblocked: 'check',
  welcome: 'bolt',
  identity_changed: 'retry',
  contact_created: 'userPlus',
  snoozed: 'alarm',
  unsnoozed: 'clockOff',
  bot_off: 'robot',
  bot_on: 'robot',
  assign_failed: 'warning',
  broadcast_sent: 'broadcast',
  workflow_started: 'flow',
  workflow_ended: 'flow',
  contact_merged: 'merge',
  contact_unmerged: 'merge',
  channel_blocked: 'block',
  channel_unblocked: 'check',
};

/** What happened, as it is shown: what earlier versions stored differently is told as it is today. */
function kindOf(event: TimelineEvent, channelType?: string): TimelineEvent['kind'] {
  // A web page may call its own events as it likes.
  if (event.kind === 'channel_event' && channelType !== 'webchat') {
    if (event.data.text === 'blocked') return 'channel_blocked';
    if (event.data.text === 'unblocked') return 'channel_unblocked';
  }
  return event.kind;
}

/** What happened, in words. `myId` is the viewer's, who reads "You"; `channelType` the event's channel's. */
export function eventText(event: TimelineEvent, myId?: string, channelType?: string): string {
  const e = eventTexts.text;
  const { actor, data } = event;
  const byUser = actor.source === 'user';
  const who = byUser && actor.user_id === myId ? t.you : actor.name || e.auto[actor.source];
  const auto = e.auto[actor.source];
  const assignee =
    data.assignee_id === myId ? consoleTexts.text.youInside : (data.assignee_name ?? '');
  switch (kindOf(event, channelType)) {
    case 'conversation_opened':
      if (data.welcome) return e.openedWelcome;
      if (actor.source === 'contact') return e.openedContact;
      return byUser ? e.openedBy(who) : e.openedAuto(auto);
    case 'conversation_closed':
      return byUser ? e.closedBy(who) : e.closedAuto(auto);
    case 'assigned':
      if (!byUser) return e.assignedAuto(assignee, auto);
      return actor.user_id === data.assignee_id ? e.tookIt(who) : e.assigned(assignee, who);
    case 'unassigned':
      return byUser ? e.unassigned(who) : e.unassignedAuto(auto);
    case 'channel_added':
      return e.channelAdded(data.channel_name ?? '');
    case 'channel_event':
      return e.channelEvent(data.text ?? data.title ?? '');
    case 'page_change':
      return e.pageChange(data.title || data.url || '');
    case 'contact_blocked':
      return e.blockedBy(byUser ? who : auto);
    case 'contact_unblocked':
      return e.unblockedBy(byUser ? who : auto);
    case 'welcome':
      return e.welcome;
    case 'identity_changed':
      return e.identityChanged(formatPhone(data.old ?? ''), formatPhone(data.new ?? ''));
    case 'contact_created':
      return byUser ? e.created(who) : e.createdAuto(auto);
    case 'snoozed': {
      const until = data.until ? momentOf(data.until) : '';
      return byUser ? e.snoozed(who, until) : e.snoozedAuto(auto, until);
    }
    case 'unsnoozed':
      if (actor.source === 'system') return e.snoozeOver;
      if (actor.source === 'contact') return e.snoozeBroken;
      return byUser ? e.unsnoozed(who) : e.unsnoozedAuto(auto);
    case 'bot_off':
      return byUser ? e.botOff(who) : e.botOffAuto(auto);
    case 'bot_on':
      return byUser ? e.botOn(who) : e.botOnAuto(auto);
    case 'assign_failed':
      return e.assignFailed(auto, data.text ?? '');
    case 'broadcast_sent':
      return e.broadcastSent(data.broadcast ?? '');
    case 'workflow_started':
      return e.workflowStarted(data.workflow ?? '');
    case 'workflow_ended':
      return e.workflowEnded(data.workflow ?? '');
    case 'contact_merged':
      return e.merged(data.contact_name ?? '', who);
    case 'contact_unmerged':
      return e.unmerged(data.contact_name ?? '', who);
    case 'channel_blocked':
      return e.blockedUs(data.channel_name ?? '');
    case 'channel_unblocked':
      return e.unblockedUs(data.channel_name ?? '');
  }
}

export function EventLine({ event }: { event: TimelineEvent }) {
  const { data: me } = useQuery(meQuery);
  const { data: channels } = useQuery(channelsQuery);
  const channelType = channels?.find((c) => c.id === event.data.channel_id)?.type;
  const text = eventText(event, me?.user.id, channelType);
  const url = safeHref(event.data.url);
  return (
    <div className="flex flex-col items-center gap-1 px-4 py-2 text-center text-12 text-muted">
      <p
        className={
          event.kind === 'conversation_closed'
            ? 'flex w-full items-center justify-center gap-1.5 before:h-px before:min-w-4 before:flex-1 before:bg-line after:h-px after:min-w-4 after:flex-1 after:bg-line'
            : 'max-w-full'
        }
      >
        <span className="block min-w-0 text-balance [overflow-wrap:anywhere]">
          <Icon
            name={icons[kindOf(event, channelType)] ?? 'bolt'}
            size={14}
            className="mr-1.5 inline-block align-[-2px]"
          />
          {url ? (
            <a href={url} target="_blank" rel="noopener noreferrer" className="underline">
              {text}
            </a>
          ) : (
            <span>{text}</span>
          )}
          <span className="whitespace-nowrap">
            <span aria-hidden="true"> · </span>
            <time dateTime={event.at} {...tip(fullTime(event.at))}>
              {clock(event.at)}
            </time>
          </span>
        </span>
      </p>
      {(event.data.category || event.data.summary) && (
        <div className="max-w-96 rounded-10 border border-line bg-surface px-3 py-2 text-left">
          {event.data.category && <p className="font-medium text-text">{event.data.category}</p>}
          {event.data.summary && (
            <p className="[overflow-wrap:anywhere] whitespace-pre-line">{event.data.summary}</p>
          )}
        </div>
      )}
      {event.data.referral && <ReferralCard referral={event.data.referral} />}
    </div>
  );
}
