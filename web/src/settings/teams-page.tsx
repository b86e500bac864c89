import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { remove } from '../api/http';
import { queryClient, teamsQuery, useMay, usersQuery } from '../api/queries';
import type { Team, User } from '../api/types';
import { t } from '../i18n';
import { Avatar } from '../ui/avatar';
import { Icon } from '../ui/icon';
import { EmptyState, ErrorState } from '../ui/states';
import { toast } from '../ui/toast';
import { tip } from '../ui/tooltip';
import ConfirmDialog from './confirm-dialog';
import { PageSkeleton, Rows, SettingsPage } from './settings-page';
import TeamDialog from './team-dialog';
import { settingsTexts } from './texts';

type Open = { do: 'add' } | { do: 'edit' | 'delete'; team: Team } | null;

export default function TeamsPage() {
  const s = settingsTexts.text.teams;
  const may = useMay('teams.manage');
  const mayDelete = useMay('teams.delete');
  const teams = useQuery({ ...teamsQuery, enabled: may, staleTime: 0 });
  const { data: users = [] } = useQuery({ ...usersQuery, enabled: may });
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const addButton = (
    <button type="button" className="btn btn-primary" onClick={() => setOpen({ do: 'add' })}>
      {s.add}
    </button>
  );
  return (
    <SettingsPage
      title={t.settingsPages.teams}
      help={s.help}
      needs="teams.manage"
      action={teams.data?.length ? addButton : undefined}
    >
      {teams.isPending && <PageSkeleton />}
      {teams.isError && <ErrorState error={teams.error} onRetry={() => void teams.refetch()} />}
      {teams.data?.length === 0 && (
        <EmptyState icon="users" title={s.empty} help={s.emptyHelp}>
          {addButton}
        </EmptyState>
      )}
      {teams.data && teams.data.length > 0 && (
        <div className="mt-6">
          <Rows>
            {teams.data.map((team) => (
              <li
                key={team.id}
                className="relative flex items-center gap-3 px-4 py-3 hover:bg-hover"
              >
                <div className="min-w-0 flex-1">
                  <button
                    type="button"
                    aria-label={`${s.edit}: ${team.name}`}
                    className="block max-w-full truncate text-left font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-10 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
                    onClick={() => setOpen({ do: 'edit', team })}
                  >
                    {team.name}
                  </button>
                  {team.description && (
                    <p className="line-clamp-2 text-13 text-muted">{team.description}</p>
                  )}
                  <p className="text-13 text-muted">
                    {team.user_ids.length ? s.memberCount(team.user_ids.length) : s.noMembers}
                  </p>
                </div>
                <Members users={users.filter((x) => team.user_ids.includes(x.id))} />
                {mayDelete && (
                  <button
                    type="button"
                    className="btn-icon relative max-md:size-11"
                    aria-label={`${s.delete}: ${team.name}`}
                    {...tip(s.delete)}
                    onClick={() => setOpen({ do: 'delete', team })}
                  >
                    <Icon name="trash" size={16} />
                  </button>
                )}
              </li>
            ))}
          </Rows>
        </div>
      )}
      {open?.do === 'add' && <TeamDialog onClose={close} />}
      {open?.do === 'edit' && <TeamDialog team={open.team} onClose={close} />}
      {open?.do === 'delete' && (
        <ConfirmDialog
          title={s.deleteTitle(open.team.name)}
          text={s.deleteHelp}
          verb={s.delete}
          onConfirm={async () => {
            const { id, name } = open.team;
            await remove('/teams/{id}', { params: { id } });
            queryClient.setQueryData(teamsQuery.queryKey, (all) => all?.filter((x) => x.id !== id));
            toast(s.deleted(name));
          }}
          onClose={close}
        />
      )}
    </SettingsPage>
  );
}

const shown = 5;

/** Faces of the members; who doesn't fit is counted. */
function Members({ users }: { users: User[] }) {
  const more = users.length - shown;
  return (
    <span
      className="relative flex -space-x-1.5 max-md:hidden"
      {...tip(users.map((x) => x.name).join(', '))}
    >
      {users.slice(0, shown).map((x) => (
        <span key={x.id} className="rounded-full ring-2 ring-surface">
          <Avatar who={x} size={26} />
        </span>
      ))}
      {more > 0 && (
        <span className="inline-flex size-[26px] items-center justify-center rounded-full bg-sunken text-11 font-medium text-muted ring-2 ring-surface">
          +{more}
        </span>
      )}
    </span>
  );
}
