import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { teamsQuery, useMay, usersQuery } from '../api/queries';
import type { User } from '../api/types';
import { plain } from '../format/plain';
import { t } from '../i18n';
import { ErrorState } from '../ui/states';
import RemoveUserDialog from './remove-user-dialog';
import { SearchField } from './search-field';
import { PageSkeleton, Rows, SettingsPage } from './settings-page';
import { settingsTexts } from './texts';
import UserDialog from './user-dialog';
import { type UserAction, UserRow, userColumns } from './user-row';

export default function UsersPage() {
  const u = settingsTexts.text.users;
  const may = useMay('users.manage');
  const [q, setQ] = useState('');
  const [open, setOpen] = useState<{ action: UserAction; user: User } | null>(null);
  const users = useQuery({ ...usersQuery, enabled: may, staleTime: 0 });
  const teams = useQuery({ ...teamsQuery, enabled: may });
  const found = users.data?.filter((x) => plain(`${x.name} ${x.email}`).includes(plain(q.trim())));
  const close = () => setOpen(null);
  return (
    <SettingsPage title={t.settingsPages.users} help={u.help} needs="users.manage" wide>
      {users.isPending && <PageSkeleton />}
      {users.isError && <ErrorState error={users.error} onRetry={() => void users.refetch()} />}
      {found && (
        <>
          <div className="mt-6 mb-3 flex items-center gap-4">
            <SearchField label={u.find} placeholder={u.findPlaceholder} value={q} onChange={setQ} />
            <p role="status" className="shrink-0 text-13 text-muted">
              {u.count(found.length)}
            </p>
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
        </>
      )}
      {open?.action === 'edit' && <UserDialog user={open.user} onClose={close} />}
      {open?.action === 'remove' && (
        <RemoveUserDialog user={open.user} users={users.data ?? []} onClose={close} />
      )}
    </SettingsPage>
  );
}
