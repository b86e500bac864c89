import { type FormEvent, useState } from 'react';
import { ApiError, patch } from '../api/http';
import { meQuery, queryClient, useMe } from '../api/queries';
import type { Workspace } from '../api/types';
import { FormProblem } from '../auth/form-problem';
import { timezones } from '../auth/timezones';
import { setZone } from '../format/time';
import { t } from '../i18n';
import { Field, fieldError, TextField } from '../ui/field';
import { toast } from '../ui/toast';
import { SettingsPage } from './settings-page';
import { settingsTexts } from './texts';

export default function WorkspacePage() {
  const s = settingsTexts.text;
  const me = useMe();
  const [form, setForm] = useState(me.workspace);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const errors = error instanceof ApiError ? error.errors : undefined;
  const set = (values: Partial<Workspace>) => setForm({ ...form, ...values });
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const { name, timezone, language, unassign_on_close, inactivity } = form;
      const workspace = await patch('/workspace', {
        body: { name, timezone, language, unassign_on_close, inactivity },
      });
      setZone(workspace.timezone);
      queryClient.setQueryData(meQuery.queryKey, (old) => old && { ...old, workspace });
      toast(s.saved);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <SettingsPage title={t.settingsPages.workspace} help={s.workspaceHelp} needs="workspace.manage">
      <form onSubmit={submit} className="mt-6 grid max-w-[420px] gap-4">
        {!errors?.length && <FormProblem error={error} />}
        <TextField
          label={s.workspaceName}
          required
          value={form.name}
          onChange={(e) => set({ name: e.target.value })}
          error={fieldError(errors, 'name')}
        />
        <Field
          label={s.workspaceZone}
          help={s.workspaceZoneHelp}
          error={fieldError(errors, 'timezone')}
        >
          {(a) => (
            <select
              className="input"
              {...a}
              value={form.timezone}
              onChange={(e) => set({ timezone: e.target.value })}
            >
              {timezones(form.timezone).map((z) => (
                <option key={z} value={z}>
                  {z.replaceAll('_', ' ')}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={s.workspaceLanguage} error={fieldError(errors, 'language')}>
          {(a) => (
            <select
              className="input"
              {...a}
              value={form.language}
              onChange={(e) => set({ language: e.target.value as 'es' | 'en' })}
            >
              <option value="es">Español</option>
              <option value="en">English</option>
            </select>
          )}
        </Field>
        <TextField
          label={s.inactivity}
          help={s.inactivityHelp}
          type="number"
          min={1}
          max={60}
          required
          value={form.inactivity || ''}
          onChange={(e) => set({ inactivity: e.target.valueAsNumber || 0 })}
          error={fieldError(errors, 'inactivity')}
        />
        <label className="flex items-start gap-2.5 py-1">
          <input
            type="checkbox"
            className="mt-0.5 size-[18px] accent-accent"
            checked={form.unassign_on_close}
            onChange={(e) => set({ unassign_on_close: e.target.checked })}
          />
          <span>
            <span className="font-medium">{s.unassignOnClose}</span>
            <span className="block text-13 text-muted">{s.unassignOnCloseHelp}</span>
          </span>
        </label>
        <button type="submit" className="btn btn-primary justify-self-start" disabled={busy}>
          {busy ? s.saving : s.saveChanges}
        </button>
      </form>
    </SettingsPage>
  );
}
