import { useQuery } from '@tanstack/react-query';
import { meQuery } from '../api/queries';
import type { Referral, TimelineEvent } from '../api/types';
import { safeHref } from '../format/autolink';
import { formatPhone } from '../format/phone';
import { clock, fullTime, momentOf } from '../format/time';
import { t } from '../i18n';
import { Icon, type IconName } from '../ui/icon';
import { tip } from '../ui/tooltip';
import { consoleTexts } from './console-texts';
import { eventTexts } from './event-texts';

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
};

/** What happened, in words. `myName` is the viewer's, who reads "You". */
export function eventText(event: TimelineEvent, myId?: string): string {
  const e = eventTexts.text;
  const { actor, data } = event;
  const byUser = actor.source === 'user';
  const who = byUser && actor.user_id === myId ? t.you : actor.name || e.auto[actor.source];
  const auto = e.auto[actor.source];
  const assignee =
    data.assignee_id === myId ? consoleTexts.text.youInside : (data.assignee_name ?? '');
  switch (event.kind) {
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
      return byUser ? e.unassigned(who) : e.unassignedAuto;
    case 'channel_added':
      return e.channelAdded(data.channel_name ?? '');
    case 'channel_event':
      return e.channelEvent(data.text ?? data.title ?? '');
    case 'page_change':
      return e.pageChange(data.title || data.url || '');
    case 'contact_blocked':
      return byUser ? e.blockedBy(who) : e.blockedUs;
    case 'contact_unblocked':
      return byUser ? e.unblockedBy(who) : e.unblockedUs;
    case 'welcome':
      return e.welcome;
    case 'identity_changed':
      return e.identityChanged(formatPhone(data.old ?? ''), formatPhone(data.new ?? ''));
    case 'contact_created':
      return byUser ? e.created(who) : e.createdAuto;
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
  }
}

export function EventLine({ event }: { event: TimelineEvent }) {
  const { data: me } = useQuery(meQuery);
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
            name={icons[event.kind] ?? 'bolt'}
            size={14}
            className="mr-1.5 inline-block align-[-2px]"
          />
          {url ? (
            <a href={url} target="_blank" rel="noopener noreferrer" className="underline">
              {eventText(event, me?.user.id)}
            </a>
          ) : (
            <span>{eventText(event, me?.user.id)}</span>
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

/** The advertisement, link or code that brought the contact. */
function ReferralCard({ referral }: { referral: Referral }) {
  const url = safeHref(referral.url);
  const title = referral.headline || referral.ref || referral.id || url;
  if (!title) return null;
  const inside = (
    <>
      <Icon name={url ? 'link' : 'tag'} size={14} className="mt-0.5 text-accent" />
      <span className="min-w-0">
        <span className="block text-11 text-faint">
          {eventTexts.text.referral} {referral.source}
        </span>
        <span className="line-clamp-2 font-medium text-text">{title}</span>
        {referral.body && <span className="line-clamp-2 text-muted">{referral.body}</span>}
      </span>
    </>
  );
  const className =
    'flex max-w-80 items-start gap-2 rounded-10 border border-line bg-surface px-3 py-2 text-left';
  return url ? (
    <a
      href={url}
      target="_blank"
      rel="noopener noreferrer"
      className={`${className} hover:bg-hover`}
    >
      {inside}
    </a>
  ) : (
    <div className={className}>{inside}</div>
  );
}
