import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { teamsQuery, useMe } from '../api/queries';
import { Icon } from '../ui/icon';
import { type Access, managerRestrictions, mayManage, withRole } from './access';
import { CheckList } from './check-list';
import { settingsTexts } from './texts';

/** Role, what is taken from it, and teams: the same for users and invitations. */
export function AccessFields({
  access,
  onChange,
}: {
  access: Access;
  onChange: (access: Access) => void;
}) {
  const s = settingsTexts.text;
  const u = s.users;
  const me = useMe();
  const { data: teams } = useQuery(teamsQuery);
  const roles = (['owner', 'manager', 'agent'] as const).filter((r) => mayManage(me.user.role, r));
  return (
    <>
      <Choices legend={u.role}>
        {roles.map((role) => (
          <Choice
            key={role}
            name="role"
            label={u.roles[role]}
            help={u.roleHelp[role]}
            checked={access.role === role}
            onChoose={() => onChange(withRole(access, role))}
          />
        ))}
      </Choices>
      {access.role === 'agent' && (
        <Choices legend={u.visibility}>
          {(['all', 'team', 'own'] as const).map((v) => (
            <Choice
              key={v}
              name="visibility"
              label={u.sees[v]}
              help={u.seesHelp[v]}
              checked={access.visibility === v}
              onChoose={() => onChange({ ...access, visibility: v })}
            />
          ))}
        </Choices>
      )}
      {access.role === 'manager' && (
        <fieldset>
          <legend className="mb-1 text-13 font-medium">{u.restrictions}</legend>
          <div className="grid rounded-10 border border-line p-1">
            {managerRestrictions.map((r) => (
              <label
                key={r}
                className="flex min-h-9 items-center gap-2.5 rounded-6 px-2 py-1 hover:bg-hover max-md:min-h-11"
              >
                <input
                  type="checkbox"
                  className="size-[18px] shrink-0 accent-accent"
                  checked={access.restrictions.includes(r)}
                  onChange={(e) =>
                    onChange({
                      ...access,
                      restrictions: e.target.checked
                        ? [...access.restrictions, r]
                        : access.restrictions.filter((x) => x !== r),
                    })
                  }
                />
                {u.restriction[r]}
              </label>
            ))}
          </div>
        </fieldset>
      )}
      {teams ? (
        <CheckList
          legend={u.teams}
          items={teams.map((team) => ({ id: team.id, label: team.name }))}
          chosen={access.team_ids}
          onChange={(team_ids) => onChange({ ...access, team_ids })}
          search={u.findTeam}
          empty={u.noTeams}
        />
      ) : (
        <div className="skeleton h-20 rounded-10!" aria-busy="true" />
      )}
      {access.role === 'agent' && access.visibility === 'team' && access.team_ids.length === 0 && (
        <p role="status" className="-mt-2 flex items-start gap-1.5 text-13 text-amber-ink">
          <Icon name="warning" size={16} className="mt-0.5" />
          {u.teamSeesNothing}
        </p>
      )}
    </>
  );
}

function Choices({ legend, children }: { legend: string; children: ReactNode }) {
  return (
    <fieldset>
      <legend className="mb-1 text-13 font-medium">{legend}</legend>
      <div className="divide-y divide-line overflow-hidden rounded-10 border border-line">
        {children}
      </div>
    </fieldset>
  );
}

function Choice({
  name,
  label,
  help,
  checked,
  onChoose,
}: {
  name: string;
  label: string;
  help: string;
  checked: boolean;
  onChoose: () => void;
}) {
  return (
    <label
      className={`flex items-start gap-2.5 px-3 py-2.5 ${checked ? 'bg-tint' : 'hover:bg-hover'}`}
    >
      <input
        type="radio"
        name={name}
        className="mt-0.5 size-4 shrink-0 accent-accent"
        checked={checked}
        onChange={onChoose}
      />
      <span>
        <span className="block font-medium">{label}</span>
        <span className="block text-13 text-muted">{help}</span>
      </span>
    </label>
  );
}
