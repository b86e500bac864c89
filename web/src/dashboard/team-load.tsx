import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMe, usersQuery } from '../api/queries';
import type { User } from '../api/types';
import { t } from '../i18n';
import { useActivity } from '../realtime/presence';
import { PersonAvatar } from '../settings/person-avatar';
import { ErrorState } from '../ui/states';
import { Part, RowsSkeleton } from './dashboard-part';
import { workloadsQuery } from './queries';
import { dashboardTexts } from './texts';

const shown = 12;
const order = { online: 0, busy: 1, offline: 2 };

/** Who is there and how much each has to do. */
export function TeamLoad() {
  const d = dashboardTexts.text;
  const me = useMe().user;
  const users = useQuery(usersQuery);
  const loads = useQuery(workloadsQuery);
  const activity = useActivity();
  const [all, setAll] = useState(false);
  const byUser = new Map(loads.data?.map((l) => [l.user_id, l]));
  // Whoever sees only their own conversations isn't told what others have.
  const people = (users.data ?? []).filter(
    (u) => me.visibility === 'all' || u.id === me.id || byUser.has(u.id),
  );
  const open = (u: User) => byUser.get(u.id)?.open ?? 0;
  const sorted = people.toSorted(
    (a, b) =>
      order[activity(a)] - order[activity(b)] ||
      open(b) - open(a) ||
      a.name.localeCompare(b.name, t.locale),
  );
  const most = Math.max(1, ...people.map(open));
  const failed = [users, loads].find((q) => q.isError && !q.data);
  return (
    <Part title={d.team} help={people.length > 1 ? d.teamHelp : d.onlyYou}>
      {failed ? (
        <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
      ) : !users.data || !loads.data ? (
        <RowsSkeleton />
      ) : (
        <>
          <ul className="grid gap-3.5">
            {sorted.slice(0, all ? undefined : shown).map((u) => {
              const load = byUser.get(u.id);
              return (
                <li key={u.id} className="flex items-center gap-3">
                  <PersonAvatar user={u} size={32} />
                  <div className="min-w-0 flex-1">
                    <p className="flex items-baseline gap-2">
                      <span className="min-w-0 flex-1 truncate font-medium">{u.name}</span>
                      <span className="shrink-0 text-13 text-muted tabular">
                        {load ? d.open(load.open) : d.noneAssigned}
                        {load && load.unread > 0 && ` · ${d.unread(load.unread)}`}
                      </span>
                    </p>
                    <div aria-hidden="true" className="mt-1 h-1 rounded-full bg-sunken">
                      <div
                        className="h-1 rounded-full bg-accent"
                        style={{ width: `${(100 * open(u)) / most}%` }}
                      />
                    </div>
                  </div>
                </li>
              );
            })}
          </ul>
          {!all && sorted.length > shown && (
            <button type="button" className="btn btn-ghost mt-3 -ml-2" onClick={() => setAll(true)}>
              {d.showAll(sorted.length - shown)}
            </button>
          )}
        </>
      )}
    </Part>
  );
}
