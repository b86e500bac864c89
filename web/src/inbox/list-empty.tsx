import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ListFilter } from '../api/queries';
import { channelsQuery, useMe } from '../api/queries';
import { NoChannel } from '../frame/no-channel';
import { t } from '../i18n';
import { EmptyState } from '../ui/states';
import { useListSearch } from './use-list-search';

/** Says why there is nobody, and what can be done. */
export default function ListEmpty({ filter, q }: { filter: ListFilter; q: string }) {
  const change = useListSearch();
  const { data: channels } = useQuery({ ...channelsQuery, enabled: q === '' });
  const seesAll = useMe().user.visibility === 'all';
  const to = (inbox: string, label: string) => (
    <Link to="/inbox/$inbox" params={{ inbox }} search={{}} className="btn">
      {label}
    </Link>
  );
  if (q)
    return (
      <EmptyState icon="search" title={t.emptySearch(q)} help={t.emptySearchHelp}>
        <button type="button" className="btn" onClick={() => change({ q: undefined })}>
          {t.clearSearch}
        </button>
      </EmptyState>
    );
  // Before the first channel there is nothing to be proud of yet.
  if (channels?.length === 0 || (filter.status === 'all' && filter.inbox === 'all'))
    return <NoChannel />;
  if (filter.inbox.startsWith('custom-'))
    return <EmptyState icon="filter" title={t.emptyCustom} help={t.emptyCustomHelp} />;
  if (filter.status === 'closed') return <EmptyState icon="check" title={t.emptyClosed} />;
  if (filter.status === 'snoozed') return <EmptyState icon="clock" title={t.emptySnoozed} />;
  return (
    <EmptyState
      icon="check"
      title={t.emptyOpen}
      help={
        filter.inbox === 'mine'
          ? t.emptyMine
          : filter.inbox === 'unassigned'
            ? t.emptyUnassigned
            : filter.inbox.startsWith('team-')
              ? t.emptyTeam
              : t.emptyOpenHelp
      }
    >
      {filter.inbox === 'mine' && seesAll && to('unassigned', t.seeUnassigned)}
      {filter.inbox === 'unassigned' && to('all', t.seeAll)}
    </EmptyState>
  );
}
