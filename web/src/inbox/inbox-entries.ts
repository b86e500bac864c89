import { useQuery } from '@tanstack/react-query';
import { customInboxesQuery, inboxesQuery, teamsQuery } from '../api/queries';
import type { Inbox, InboxId, Team } from '../api/types';
import { t } from '../i18n';
import type { IconName } from '../ui/icon';
import { teamOf } from './inbox-id';

/** An inbox as the sidebar, its menu and the palette show it. */
export interface InboxEntry {
  id: InboxId;
  kind: Inbox['kind'] | 'custom';
  label: string;
  icon: IconName;
  /** Absent until the counts are loaded. */
  counts?: Inbox;
}

const standard: Record<string, { icon: IconName; label: () => string }> = {
  all: { icon: 'inbox', label: () => t.inbox.all },
  mine: { icon: 'user', label: () => t.inbox.mine },
  unassigned: { icon: 'unassigned', label: () => t.inbox.unassigned },
  blocked: { icon: 'block', label: () => t.inbox.blocked },
};

/** Whose contacts a team's inbox shows; undefined for every other inbox. */
export function teamUsers(id: InboxId, teams: readonly Team[] | undefined) {
  const team = teamOf(id);
  return team === undefined ? undefined : (teams?.find((x) => x.id === team)?.user_ids ?? []);
}

/** The inboxes that the viewer has, as the server lists them. */
export function useInboxEntries(): InboxEntry[] {
  const { data: inboxes } = useQuery(inboxesQuery);
  const { data: teams } = useQuery(teamsQuery);
  const { data: custom } = useQuery(customInboxesQuery);
  if (!inboxes)
    return ['all', 'mine', 'unassigned'].map((id) => ({
      id,
      kind: 'standard' as const,
      label: standard[id]!.label(),
      icon: standard[id]!.icon,
    }));
  const own = inboxes.map((counts): InboxEntry => {
    const fixed = standard[counts.id];
    return {
      id: counts.id,
      kind: counts.kind,
      label: fixed ? fixed.label() : (teams?.find((x) => x.id === counts.team_id)?.name ?? '…'),
      icon: fixed?.icon ?? 'users',
      counts,
    };
  });
  return [
    ...own,
    ...(custom ?? []).map(
      (c): InboxEntry => ({ id: c.id, kind: 'custom', label: c.name, icon: 'filter' }),
    ),
  ];
}
