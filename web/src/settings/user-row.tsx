import { useMe } from '../api/queries';
import type { Team, User } from '../api/types';
import { ago, fullTime } from '../format/time';
import { useNow } from '../format/use-now';
import { t } from '../i18n';
import { useActivity } from '../realtime/presence';
import { Icon } from '../ui/icon';
import { MenuButton } from '../ui/menu';
import { toast } from '../ui/toast';
import { tip } from '../ui/tooltip';
import { limitsInWords, mayManage } from './access';
import { PersonAvatar } from './person-avatar';
import { settingsTexts } from './texts';

/** The columns of the rows and of their heading. */
export const userColumns =
  'md:grid md:grid-cols-[minmax(0,1.25fr)_minmax(0,1fr)_minmax(0,1fr)_2rem] md:gap-4';

export type UserAction = 'edit' | 'remove' | 'factor';

/** A user: who, what they may do, where they belong, when they were last there. */
export function UserRow({
  user,
  teams,
  onAct,
}: {
  user: User;
  teams: Team[];
  onAct: (action: UserAction) => void;
}) {
  const u = settingsTexts.text.users;
  const me = useMe();
  const now = useNow();
  const activity = useActivity()(user);
  const own = user.id === me.user.id;
  const locked = own ? u.ownAccess : mayManage(me.user.role, user.role) ? '' : u.onlyOwners;
  const limits = limitsInWords(user);
  const theirs = teams.filter((team) => user.team_ids.includes(team.id)).map((team) => team.name);
  const teamWords = theirs.join(', ') || u.noTeam;
  return (
    <li
      className={`relative px-4 py-3 max-md:pr-14 ${userColumns} ${locked ? '' : 'hover:bg-hover'}`}
    >
      <div className="flex min-w-0 items-center gap-3">
        <PersonAvatar user={user} />
        <div className="min-w-0">
          <p className="flex min-w-0 items-baseline gap-1.5">
            {locked ? (
              <span className="truncate font-medium">{user.name}</span>
            ) : (
              // The whole row is its target.
              <button
                type="button"
                className="truncate text-left font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-10 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
                aria-label={u.editTitle(user.name)}
                onClick={() => onAct('edit')}
              >
                {user.name}
              </button>
            )}
            {own && <span className="shrink-0 text-12 text-muted">({u.you})</span>}
          </p>
          <p className="truncate text-13 text-muted">{user.email}</p>
        </div>
      </div>
      <div className="min-w-0 self-center max-md:mt-2 max-md:pl-12">
        <p className="truncate">{u.roles[user.role]}</p>
        {limits && <p className="text-13 text-muted">{limits}</p>}
      </div>
      <div className="min-w-0 self-center max-md:pl-12">
        <p
          className={`truncate max-md:text-13 max-md:text-muted ${theirs.length ? '' : 'max-md:hidden'}`}
          {...tip(teamWords)}
        >
          {teamWords}
        </p>
        <p className="truncate text-13 text-muted">
          {activity !== 'offline' ? (
            t.activity[activity]
          ) : user.last_active_at ? (
            <time dateTime={user.last_active_at} {...tip(fullTime(user.last_active_at))}>
              {u.active(ago(user.last_active_at, now))}
            </time>
          ) : (
            u.neverActive
          )}
        </p>
      </div>
      <div className="absolute top-3 right-3 md:static md:self-center">
        {locked ? (
          <button
            type="button"
            className="btn-icon max-md:size-11"
            aria-label={locked}
            {...tip(locked)}
            onClick={() => toast(locked)}
          >
            <Icon name="lock" size={16} />
          </button>
        ) : (
          <MenuButton
            label={`${t.more}: ${user.name}`}
            className="btn-icon relative max-md:size-11"
            align="end"
            entries={[
              { key: 'edit', label: u.edit, icon: 'edit', onSelect: () => onAct('edit') },
              { key: 'factor', label: u.factorOff, icon: 'key', onSelect: () => onAct('factor') },
              { kind: 'separator', key: 's' },
              {
                key: 'remove',
                label: u.remove,
                icon: 'trash',
                danger: true,
                onSelect: () => onAct('remove'),
              },
            ]}
          >
            <Icon name="more" strokeWidth={2.6} />
          </MenuButton>
        )}
      </div>
    </li>
  );
}
