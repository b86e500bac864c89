import { useQuery } from '@tanstack/react-query';
import { meQuery } from '../api/queries';
import type { Referral, TimelineEvent } from '../api/types';
import { safeHref } from '../format/autolink';
import { formatPhone } from '../format/phone';
import { clock, fullTime } from '../format/time';
import { t } from '../i18n';
import { Icon, type IconName } from '../ui/icon';
import { tip } from '../ui/tooltip';

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
};

/** What happened, in words. `myName` is the viewer's, who reads "You". */
export function eventText(event: TimelineEvent, myId?: string): string {
  const e = t.events;
  const { actor, data } = event;
  const byUser = actor.source === 'user';
  const who = byUser && actor.user_id === myId ? t.you : actor.name || e.auto[actor.source];
  const auto = e.auto[actor.source];
  const assignee = data.assignee_id === myId ? t.youInside : (data.assignee_name ?? '');
  switch (event.kind) {
    case 'conversation_opened':
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
  }
}

export function EventLine({ event }: { event: TimelineEvent }) {
  const { data: me } = useQuery(meQuery);
  const url = safeHref(event.data.url);
  return (
    <div className="flex flex-col items-center gap-1 px-4 py-2 text-center text-12 text-muted">
      <p className="flex max-w-full items-center gap-1.5">
        <Icon name={icons[event.kind] ?? 'bolt'} size={14} />
        <span className="min-w-0 truncate">
          {url ? (
            <a href={url} target="_blank" rel="noopener noreferrer" className="underline">
              {eventText(event, me?.user.id)}
            </a>
          ) : (
            eventText(event, me?.user.id)
          )}
        </span>
        <span aria-hidden="true">·</span>
        <time dateTime={event.at} {...tip(fullTime(event.at))}>
          {clock(event.at)}
        </time>
      </p>
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
          {t.events.referral} {referral.source}
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
