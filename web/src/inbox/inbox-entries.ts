import { useQuery } from '@tanstack/react-query';
import { inboxesQuery, teamsQuery } from '../api/queries';
import type { Inbox, InboxId, Team } from '../api/types';
import { t } from '../i18n';
import type { IconName } from '../ui/icon';
import { teamOf } from './inbox-id';

/** An inbox as the sidebar, its menu and the palette show it. */
export interface InboxEntry {
  id: InboxId;
  kind: Inbox['kind'];
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
  if (!inboxes)
    return ['all', 'mine', 'unassigned'].map((id) => ({
      id,
      kind: 'standard' as const,
      label: standard[id]!.label(),
      icon: standard[id]!.icon,
    }));
  return inboxes.map((counts) => {
    const own = standard[counts.id];
    return {
      id: counts.id,
      kind: counts.kind,
      label: own ? own.label() : (teams?.find((x) => x.id === counts.team_id)?.name ?? '…'),
      icon: own?.icon ?? 'users',
      counts,
    };
  });
}
