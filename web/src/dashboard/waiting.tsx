import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { listQuery, useMe, usersQuery } from '../api/queries';
import type { ContactRow } from '../api/types';
import { formatPhone } from '../format/phone';
import { ago, fullTime } from '../format/time';
import { useNow } from '../format/use-now';
import { t } from '../i18n';
import { Avatar } from '../ui/avatar';
import { ChannelGlyph } from '../ui/channel-glyph';
import { EmptyState, ErrorState } from '../ui/states';
import { tip } from '../ui/tooltip';
import { Part, RowsSkeleton } from './dashboard-part';
import { dashboardTexts } from './texts';

const shown = 8;

/** Those who wrote last and have no answer, by how long they have waited. */
export function Waiting() {
  const d = dashboardTexts.text;
  const seesAll = useMe().user.visibility === 'all';
  const choices = seesAll ? (['mine', 'unassigned', 'all'] as const) : (['mine'] as const);
  const [inbox, setInbox] = useState<'mine' | 'unassigned' | 'all'>('mine');
  // The inbox's own list, which is kept up to date already.
  const query = useInfiniteQuery(
    listQuery({ inbox, status: 'open', unreplied: true, sort: 'oldest' }),
  );
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const more = rows.length > shown || query.hasNextPage;
  return (
    <Part
      title={d.waiting}
      help={d.waitingHelp}
      action={
        choices.length > 1 && (
          <fieldset className="flex gap-0.5 rounded-[8px] bg-sunken p-0.5">
            <legend className="sr-only">{d.waitingOf}</legend>
            {choices.map((c) => (
              <button
                key={c}
                type="button"
                aria-pressed={inbox === c}
                onClick={() => setInbox(c)}
                className="h-7 rounded-6 px-2.5 text-13 font-medium text-muted hover:text-text aria-pressed:bg-surface aria-pressed:font-semibold aria-pressed:text-text aria-pressed:shadow-[0_0_0_1px_var(--line)] max-md:h-9"
              >
                {t.inbox[c]}
              </button>
            ))}
          </fieldset>
        )
      }
    >
      {query.isError && rows.length === 0 ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <RowsSkeleton />
      ) : rows.length === 0 ? (
        <div className="flex rounded-10 border border-line">
          <EmptyState icon="check" title={d.nobodyWaits} help={d.nobodyWaitsHelp} />
        </div>
      ) : (
        <>
          <ul className="divide-y divide-line overflow-hidden rounded-10 border border-line">
            {rows.slice(0, shown).map((row) => (
              <WaitingRow key={row.id} row={row} inbox={inbox} />
            ))}
          </ul>
          {more && (
            <Link
              to="/inbox/$inbox"
              params={{ inbox }}
              search={{ unreplied: true, sort: 'oldest' }}
              className="btn btn-ghost mt-2 -ml-2"
            >
              {d.seeInInbox}
            </Link>
          )}
        </>
      )}
    </Part>
  );
}

function WaitingRow({ row, inbox }: { row: ContactRow; inbox: string }) {
  const now = useNow();
  const { data: users } = useQuery(usersQuery);
  const assignee = inbox === 'all' && users?.find((u) => u.id === row.assignee_id);
  const last = row.last_message;
  const at = last?.at ?? row.status_since;
  return (
    <li>
      <Link
        to="/inbox/$inbox/$contactId"
        params={{ inbox, contactId: row.id }}
        search={{ unreplied: true, sort: 'oldest' }}
        preload="intent"
        className="flex items-center gap-3 px-4 py-2.5 -outline-offset-2! hover:bg-hover"
      >
        <Avatar who={row} size={32} />
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className="min-w-0 flex-1 truncate font-medium">{formatPhone(row.name)}</span>
            <time dateTime={at} {...tip(fullTime(at))} className="shrink-0 text-12 text-muted">
              {ago(at, now)}
            </time>
          </span>
          <span className="flex items-center gap-2 text-13 text-muted">
            <span className="min-w-0 flex-1 truncate">
              {last && (last.text || t.kinds[last.kind])}
            </span>
            {assignee && <span className="shrink-0 text-12">{assignee.name}</span>}
            {row.channel && <ChannelGlyph type={row.channel.type} />}
          </span>
        </span>
      </Link>
    </li>
  );
}
