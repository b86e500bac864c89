import { useState } from 'react';
import { remove } from '../api/http';
import { queryClient, usersQuery } from '../api/queries';
import type { User } from '../api/types';
import { t } from '../i18n';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { toast, toastError } from '../ui/toast';
import { settingsTexts } from './texts';

/** Says what ends with a user, and asks who goes on with their contacts. */
export default function RemoveUserDialog({
  user,
  users,
  onClose,
}: {
  user: User;
  users: User[];
  onClose: () => void;
}) {
  const u = settingsTexts.text.users;
  const [heir, setHeir] = useState('');
  const [busy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    try {
      await remove('/users/{id}', { params: { id: user.id }, query: { reassign_to: heir } });
      queryClient.setQueryData(usersQuery.queryKey, (all) => all?.filter((x) => x.id !== user.id));
      toast(u.removed(user.name));
      onClose();
    } catch (error) {
      toastError(error);
      setBusy(false);
    }
  };
  return (
    <Dialog title={u.removeTitle(user.name)} onClose={onClose} width={460}>
      <div className="grid gap-4 overflow-y-auto px-5 pb-5">
        <p className="text-muted">{u.removeHelp}</p>
        <Field label={u.heir}>
          {(a) => (
            <select className="input" {...a} value={heir} onChange={(e) => setHeir(e.target.value)}>
              <option value="">{u.heirNobody}</option>
              {users
                .filter((x) => x.id !== user.id)
                .map((x) => (
                  <option key={x.id} value={x.id}>
                    {x.name}
                  </option>
                ))}
            </select>
          )}
        </Field>
      </div>
      <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
        <button type="button" data-autofocus className="btn" onClick={onClose}>
          {t.cancel}
        </button>
        <button
          type="button"
          className="btn btn-danger"
          disabled={busy}
          onClick={() => void confirm()}
        >
          {u.removeConfirm}
        </button>
      </footer>
    </Dialog>
  );
}
