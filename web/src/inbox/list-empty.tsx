import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ListFilter } from '../api/queries';
import { channelsQuery, useMe } from '../api/queries';
import { NoChannel } from '../frame/no-channel';
import { Catalogue, t } from '../i18n';
import { EmptyState } from '../ui/states';
import { useListSearch } from './use-list-search';

export const emptyTexts = new Catalogue({
  en: () => import('../i18n/empty-en'),
  es: () => import('../i18n/empty-es'),
});

/** Says why there is nobody, and what can be done. */
export default function ListEmpty({ filter, q }: { filter: ListFilter; q: string }) {
  const x = emptyTexts.text;
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
      <EmptyState icon="search" title={x.emptySearch(q)} help={x.emptySearchHelp}>
        <button type="button" className="btn" onClick={() => change({ q: undefined })}>
          {t.clearSearch}
        </button>
      </EmptyState>
    );
  // Before the first channel there is nothing to be proud of yet.
  if (channels?.length === 0 || (filter.status === 'all' && filter.inbox === 'all'))
    return <NoChannel />;
  if (filter.inbox.startsWith('custom-'))
    return <EmptyState icon="filter" title={x.emptyCustom} help={x.emptyCustomHelp} />;
  if (filter.inbox === 'blocked') return <EmptyState icon="check" title={x.emptyBlocked} />;
  if (filter.status === 'closed') return <EmptyState icon="check" title={x.emptyClosed} />;
  if (filter.status === 'snoozed') return <EmptyState icon="clock" title={x.emptySnoozed} />;
  return (
    <EmptyState
      icon="check"
      title={x.emptyOpen}
      help={
        filter.inbox === 'mine'
          ? x.emptyMine
          : filter.inbox === 'unassigned'
            ? x.emptyUnassigned
            : filter.inbox.startsWith('team-')
              ? x.emptyTeam
              : x.emptyOpenHelp
      }
    >
      {filter.inbox === 'mine' && seesAll && to('unassigned', x.seeUnassigned)}
      {filter.inbox === 'unassigned' && to('all', x.seeAll)}
    </EmptyState>
  );
}
