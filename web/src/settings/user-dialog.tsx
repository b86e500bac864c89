import { type FormEvent, useState } from 'react';
import { patch } from '../api/http';
import { queryClient, usersQuery } from '../api/queries';
import type { User } from '../api/types';
import { t } from '../i18n';
import { Dialog } from '../ui/dialog';
import { toast, toastError } from '../ui/toast';
import type { Access } from './access';
import { AccessFields } from './access-fields';
import { settingsTexts } from './texts';

/** Changes what a user may do. It is shown at once, and taken back if the server refuses. */
export default function UserDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const s = settingsTexts.text;
  const [access, setAccess] = useState<Access>(user);
  const replace = (next: User) =>
    queryClient.setQueryData(usersQuery.queryKey, (all) =>
      all?.map((x) => (x.id === next.id ? next : x)),
    );
  const submit = (e: FormEvent) => {
    e.preventDefault();
    const { role, visibility, restrictions, team_ids } = access;
    replace({ ...user, role, visibility, restrictions, team_ids });
    onClose();
    patch('/users/{id}', {
      params: { id: user.id },
      body: { role, visibility, restrictions, team_ids },
    }).then(
      (saved) => {
        replace(saved);
        toast(s.saved);
      },
      (error) => {
        replace(user);
        toastError(error, t.updateFailed);
      },
    );
  };
  return (
    <Dialog title={s.users.editTitle(user.name)} onClose={onClose} width={520}>
      <form onSubmit={submit} className="flex min-h-0 flex-col">
        <p className="-mt-2 px-5 pb-4 text-13 text-muted">{user.email}</p>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-5 overflow-y-auto px-5 pb-5">
          <AccessFields access={access} onChange={setAccess} />
        </div>
        <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
          <button type="button" className="btn" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="submit" className="btn btn-primary">
            {s.saveChanges}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
