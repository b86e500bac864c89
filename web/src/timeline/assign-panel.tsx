import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { teamsQuery, useMe, usersQuery } from '../api/queries';
import type { Team, User } from '../api/types';
import { plain } from '../format/plain';
import { t } from '../i18n';
import { extraTexts } from '../i18n/lazy-with';
import type { Taker } from '../outbox/action';
import { useActivity } from '../realtime/presence';
import { Avatar } from '../ui/avatar';
import { Icon } from '../ui/icon';
import { useFocusOnMount } from '../ui/use-focus-on-mount';
import { consoleTexts } from './console-texts';

/** Colleagues with their activity, and teams; the typed text narrows them, arrows and Enter choose. */
export default function AssignPanel({
  assigneeId,
  onPick,
}: {
  assigneeId: string | null;
  onPick: (to: Taker) => void;
}) {
  const x = extraTexts.text;
  const me = useMe();
  const { data: users = [] } = useQuery(usersQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const activity = useActivity();
  const input = useFocusOnMount<HTMLInputElement>();
  const [q, setQ] = useState('');
  const [cursor, setCursor] = useState(0);
  const id = useId();
  const rank = { online: 0, busy: 1, offline: 2 };
  const found = users
    .filter((u) => plain(u.name).includes(plain(q)))
    .sort(
      (a, b) =>
        Number(b.id === me.user.id) - Number(a.id === me.user.id) ||
        rank[activity(a)] - rank[activity(b)] ||
        a.name.localeCompare(b.name, t.locale),
    );
  const choices: (User | Team | null)[] = [
    ...found,
    // A team without members has nobody to give it to.
    ...teams.filter((team) => team.user_ids.length > 0 && plain(team.name).includes(plain(q))),
    ...(assigneeId && !q ? [null] : []),
  ];
  const pick = (to: User | Team | null) =>
    onPick(isTeam(to) ? { team_id: to.id } : { user_id: to?.id ?? null });
  const at = Math.min(cursor, choices.length - 1);
  return (
    <div className="flex w-72 flex-col">
      <div className="relative p-2">
        <Icon name="search" size={16} className="absolute top-[17px] left-4.5 text-faint" />
        <input
          ref={input}
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={choices.length ? `${id}-${at}` : undefined}
          aria-label={x.findTaker}
          placeholder={x.findTaker}
          autoComplete="off"
          className="input h-[34px] pl-8"
          value={q}
          onChange={(e) => {
            setQ(e.target.value);
            setCursor(0);
          }}
          onKeyDown={(e) => {
            if (e.key === 'ArrowDown') setCursor(Math.min(choices.length - 1, at + 1));
            else if (e.key === 'ArrowUp') setCursor(Math.max(0, at - 1));
            else if (e.key === 'Enter' && choices.length) pick(choices[at] ?? null);
            else return;
            e.preventDefault();
          }}
        />
      </div>
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={consoleTexts.text.assignee}
        className="max-h-72 overflow-y-auto p-1 pt-0"
      >
        {choices.map((u, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above has the keys
          <div
            key={u?.id ?? 'none'}
            id={`${id}-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === at}
            className="menu-item"
            onPointerMove={() => setCursor(i)}
            onClick={() => pick(u)}
          >
            {isTeam(u) ? (
              <>
                <Icon name="users" size={20} className="mx-0.5 text-muted" />
                <span className="min-w-0 flex-1 truncate">{u.name}</span>
                <span className="text-12 text-muted">{x.teamMembers(u.user_ids.length)}</span>
              </>
            ) : u ? (
              <>
                <Avatar who={u} size={24} />
                <span className="min-w-0 flex-1 truncate">
                  {u.name}
                  {u.id === me.user.id && (
                    <span className="text-faint"> ({consoleTexts.text.youInside})</span>
                  )}
                </span>
                <span className="flex items-center gap-1.5 text-12 text-muted">
                  <span
                    className={`size-2 rounded-full ${{ online: 'bg-green', busy: 'bg-amber-ink', offline: 'border border-line-strong' }[activity(u)]}`}
                  />
                  {t.activity[activity(u)]}
                </span>
                {u.id === assigneeId && <Icon name="check" size={16} className="text-accent" />}
              </>
            ) : (
              <>
                <Icon name="unassigned" size={20} className="mx-0.5 text-muted" />
                {consoleTexts.text.unassign}
              </>
            )}
          </div>
        ))}
      </div>
      {choices.length === 0 && <p className="px-4 pb-4 text-13 text-muted">{x.noTaker}</p>}
    </div>
  );
}

const isTeam = (x: User | Team | null): x is Team => x !== null && 'user_ids' in x;
