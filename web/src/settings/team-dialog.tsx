import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ApiError, patch, post } from '../api/http';
import { newKey } from '../api/key';
import { queryClient, teamsQuery, usersQuery } from '../api/queries';
import type { Team } from '../api/types';
import { FormProblem } from '../auth/form-problem';
import { t } from '../i18n';
import { Avatar } from '../ui/avatar';
import { Dialog } from '../ui/dialog';
import { Field, fieldError, TextField } from '../ui/field';
import { toast } from '../ui/toast';
import { CheckList } from './check-list';
import { settingsTexts } from './texts';

const nameLength = 60;
const descriptionLength = 255;

/** Makes a team, or changes one. */
export default function TeamDialog({ team, onClose }: { team?: Team; onClose: () => void }) {
  const s = settingsTexts.text;
  const { data: users = [] } = useQuery(usersQuery);
  const [form, setForm] = useState({
    name: team?.name ?? '',
    description: team?.description ?? '',
    user_ids: team?.user_ids ?? [],
  });
  const [key] = useState(newKey);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const errors = error instanceof ApiError ? error.errors : undefined;
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const saved = team
        ? await patch('/teams/{id}', { params: { id: team.id }, body: form })
        : await post('/teams', { body: form, headers: { 'Idempotency-Key': key } });
      queryClient.setQueryData(teamsQuery.queryKey, (all) =>
        [...(all ?? []).filter((x) => x.id !== saved.id), saved].sort((a, b) =>
          a.name.localeCompare(b.name, t.locale),
        ),
      );
      toast(s.saved);
      onClose();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Dialog title={team ? s.teams.edit : s.teams.add} onClose={onClose} width={480}>
      <form onSubmit={submit} className="flex min-h-0 flex-col">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 overflow-y-auto px-5 pb-5">
          {!errors?.length && <FormProblem error={error} />}
          <TextField
            label={s.teams.name}
            placeholder={s.teams.namePlaceholder}
            required
            data-autofocus
            autoComplete="off"
            maxLength={nameLength}
            value={form.name}
            onChange={(e) => setForm({ ...form, name: e.target.value })}
            error={fieldError(errors, 'name')}
          />
          <Field label={s.teams.description} error={fieldError(errors, 'description')}>
            {(a) => (
              <textarea
                className="input min-h-16!"
                rows={2}
                placeholder={s.teams.descriptionPlaceholder}
                maxLength={descriptionLength}
                {...a}
                value={form.description}
                onChange={(e) => setForm({ ...form, description: e.target.value })}
              />
            )}
          </Field>
          <CheckList
            // The users may come after the dialog.
            key={users.length ? 'there' : 'coming'}
            legend={s.teams.members}
            summary={s.teams.chosen(form.user_ids.length)}
            items={users.map((x) => ({
              id: x.id,
              label: x.name,
              hint: x.email,
              lead: <Avatar who={x} size={24} />,
            }))}
            chosen={form.user_ids}
            onChange={(user_ids) => setForm({ ...form, user_ids })}
            search={s.users.find}
            empty={t.loading}
          />
        </div>
        <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
          <button type="button" className="btn" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="submit" className="btn btn-primary" disabled={busy || !form.name.trim()}>
            {team ? s.saveChanges : s.teams.create}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
