import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiError, post } from '../api/http';
import { language } from '../i18n';
import { Field, fieldError, TextField } from '../ui/field';
import { AuthLayout } from './auth-layout';
import { FormProblem } from './form-problem';
import { PasswordField } from './password-field';
import { adoptMe } from './session';
import { authTexts } from './texts';
import { browserZone, timezones } from './timezones';

export default function SetupPage() {
  const a = authTexts.text;
  const navigate = useNavigate();
  const [form, setForm] = useState({
    workspace_name: '',
    name: '',
    email: '',
    password: '',
    timezone: browserZone(),
  });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const errors = error instanceof ApiError ? error.errors : undefined;
  const bind = (name: keyof typeof form) => ({
    name,
    value: form[name],
    required: true,
    error: fieldError(errors, name),
    onChange: (e: { target: { value: string } }) => setForm({ ...form, [name]: e.target.value }),
  });

  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await adoptMe(await post('/setup', { body: { ...form, language: language.get() } }));
      await navigate({ to: '/', replace: true });
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };

  return (
    <AuthLayout title={a.setupTitle} help={a.setupHelp}>
      <form onSubmit={submit} className="grid gap-4">
        {!errors?.length && <FormProblem error={error} />}
        <TextField
          label={a.workspaceName}
          placeholder={a.workspacePlaceholder}
          autoFocus
          autoComplete="organization"
          {...bind('workspace_name')}
        />
        <TextField label={a.yourName} autoComplete="name" {...bind('name')} />
        <TextField label={a.email} type="email" autoComplete="username" {...bind('email')} />
        <PasswordField
          label={a.password}
          help={a.passwordHelp}
          autoComplete="new-password"
          minLength={10}
          {...bind('password')}
        />
        <Field label={a.timezone} help={a.timezoneHelp} error={fieldError(errors, 'timezone')}>
          {(attributes) => (
            <select
              className="input"
              {...attributes}
              value={form.timezone}
              onChange={(e) => setForm({ ...form, timezone: e.target.value })}
            >
              {timezones(form.timezone).map((z) => (
                <option key={z} value={z}>
                  {z.replaceAll('_', ' ')}
                </option>
              ))}
            </select>
          )}
        </Field>
        <button type="submit" className="btn btn-primary mt-1 h-10" disabled={busy}>
          {busy ? a.creating : a.create}
        </button>
      </form>
    </AuthLayout>
  );
}
