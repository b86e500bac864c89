import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { remove } from '../api/http';
import { teamsQuery, useMay, usersQuery } from '../api/queries';
import type { User } from '../api/types';
import { plain } from '../format/plain';
import { t } from '../i18n';
import { ErrorState } from '../ui/states';
import { toast } from '../ui/toast';
import ConfirmDialog from './confirm-dialog';
import { Invitations } from './invitations';
import InviteDialog from './invite-dialog';
import RemoveUserDialog from './remove-user-dialog';
import { SearchField } from './search-field';
import { PageSkeleton, Rows, SettingsPage } from './settings-page';
import { settingsTexts } from './texts';
import UserDialog from './user-dialog';
import { type UserAction, UserRow, userColumns } from './user-row';

export default function UsersPage() {
  const s = settingsTexts.text;
  const u = s.users;
  const may = useMay('users.manage');
  const mayExport = useMay('data.export');
  const [q, setQ] = useState('');
  const [inviting, setInviting] = useState(false);
  const [open, setOpen] = useState<{ action: UserAction; user: User } | null>(null);
  const users = useQuery({ ...usersQuery, enabled: may, staleTime: 0 });
  const teams = useQuery({ ...teamsQuery, enabled: may });
  const found = users.data?.filter((x) => plain(`${x.name} ${x.email}`).includes(plain(q.trim())));
  const close = () => setOpen(null);
  return (
    <SettingsPage
      title={t.settingsPages.users}
      help={u.help}
      needs="users.manage"
      wide
      action={
        <button type="button" className="btn btn-primary" onClick={() => setInviting(true)}>
          {s.invitations.invite}
        </button>
      }
    >
      {users.isPending && <PageSkeleton />}
      {users.isError && <ErrorState error={users.error} onRetry={() => void users.refetch()} />}
      {found && (
        <>
          <div className="mt-6 mb-3 flex items-center gap-x-4 gap-y-2 max-md:flex-wrap">
            <SearchField label={u.find} placeholder={u.findPlaceholder} value={q} onChange={setQ} />
            <p role="status" className="shrink-0 text-13 text-muted">
              {u.count(found.length)}
            </p>
            {mayExport && (
              <a className="btn ml-auto shrink-0" href="/api/v1/users/users.csv" download>
                {u.export}
              </a>
            )}
          </div>
          {found.length === 0 ? (
            <p className="rounded-10 border border-line px-4 py-8 text-center text-muted">
              {u.nobody(q.trim())}
            </p>
          ) : (
            <Rows>
              <li
                aria-hidden="true"
                className={`hidden bg-sunken px-4 py-1.5 ${userColumns} [&>span]:text-12 [&>span]:font-medium [&>span]:text-muted`}
              >
                <span>{u.columns.user}</span>
                <span>{u.columns.role}</span>
                <span>{u.columns.teams}</span>
              </li>
              {found.map((user) => (
                <UserRow
                  key={user.id}
                  user={user}
                  teams={teams.data ?? []}
                  onAct={(action) => setOpen({ action, user })}
                />
              ))}
            </Rows>
          )}
          <Invitations matches={(email) => plain(email).includes(plain(q.trim()))} />
        </>
      )}
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
      {open?.action === 'edit' && <UserDialog user={open.user} onClose={close} />}
      {open?.action === 'remove' && (
        <RemoveUserDialog user={open.user} users={users.data ?? []} onClose={close} />
      )}
      {open?.action === 'factor' && (
        <ConfirmDialog
          title={u.factorOffTitle(open.user.name)}
          text={u.factorOffHelp}
          verb={u.factorOffConfirm}
          onConfirm={async () => {
            await remove('/users/{id}/two-factor', { params: { id: open.user.id } });
            toast(u.factorOffDone(open.user.name));
          }}
          onClose={close}
        />
      )}
    </SettingsPage>
  );
}
