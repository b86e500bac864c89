import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiError, post } from '../api/http';
import type { Welcome } from '../api/types';
import { language, t } from '../i18n';
import { fieldError, TextField } from '../ui/field';
import { ErrorState } from '../ui/states';
import { AuthLayout } from './auth-layout';
import { CodeField } from './code-field';
import { DeadLink, isDeadLink } from './dead-link';
import { FormProblem } from './form-problem';
import { PasswordField } from './password-field';
import { adoptMe, forgetSession } from './session';
import { authTexts } from './texts';
import { browserZone } from './timezones';

/** Shows an invitation to whoever holds its link, and lets them in. */
export default function InvitePage() {
  const a = authTexts.text;
  const { token } = useParams({ from: '/invite/$token' });
  const look = useQuery({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) => post('/invitation/look', { body: { token }, signal }),
  });
  if (look.isPending)
    return (
      <AuthLayout title={a.join} help="">
        <div className="late grid gap-4" aria-busy="true">
          <span className="sr-only">{t.loading}</span>
          {[0, 1, 2].map((i) => (
            <div key={i} className="skeleton h-9 rounded-[8px]!" />
          ))}
        </div>
      </AuthLayout>
    );
  if (isDeadLink(look.error)) return <DeadLink error={look.error} />;
  if (look.isError)
    return (
      <AuthLayout title={a.join} help="">
        <ErrorState error={look.error} onRetry={() => void look.refetch()} />
      </AuthLayout>
    );
  return <Accept token={token} welcome={look.data} />;
}

function Accept({ token, welcome }: { token: string; welcome: Welcome }) {
  const a = authTexts.text;
  const navigate = useNavigate();
  const [form, setForm] = useState({ name: '', password: '', code: '' });
  // Known only once the password was right.
  const [asksCode, setAsksCode] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const errors = error instanceof ApiError ? error.errors : undefined;
  if (isDeadLink(error)) return <DeadLink error={error} />;
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const body = welcome.known
        ? { token, password: form.password, ...(asksCode && { code: form.code.trim() }) }
        : {
            token,
            name: form.name,
            password: form.password,
            language: language.get(),
            timezone: browserZone(),
          };
      const me = await post('/invitation/accept', { body });
      // Somebody else may have been signed in here.
      forgetSession();
      await adoptMe(me);
      await navigate({ to: '/', replace: true });
    } catch (problem) {
      setBusy(false);
      if (problem instanceof ApiError && problem.code === 'second_factor_required')
        setAsksCode(true);
      else setError(problem);
    }
  };
  return (
    <AuthLayout
      title={a.joinTitle(welcome.workspace_name)}
      help={a.joinHelp(welcome.name_of_inviter, a.joinRoles[welcome.role])}
    >
      <form onSubmit={submit} className="grid gap-4">
        {!errors?.length && <FormProblem error={error} />}
        <TextField
          label={a.email}
          type="email"
          name="email"
          autoComplete="username"
          readOnly
          className="input bg-sunken"
          value={welcome.email}
          help={welcome.known ? a.joinKnown : undefined}
        />
        {!welcome.known && (
          <TextField
            label={a.yourName}
            name="name"
            autoComplete="name"
            required
            autoFocus
            value={form.name}
            onChange={(e) => setForm({ ...form, name: e.target.value })}
            error={fieldError(errors, 'name')}
          />
        )}
        <PasswordField
          label={a.password}
          help={welcome.known ? undefined : a.passwordHelp}
          name="password"
          autoComplete={welcome.known ? 'current-password' : 'new-password'}
          minLength={welcome.known ? undefined : 10}
          required
          autoFocus={welcome.known}
          value={form.password}
          onChange={(e) => setForm({ ...form, password: e.target.value })}
          error={fieldError(errors, 'password')}
        />
        {asksCode && (
          <CodeField
            value={form.code}
            onChange={(code) => {
              setForm({ ...form, code });
              setError(undefined);
            }}
            error={fieldError(errors, 'code')}
          />
        )}
        <button type="submit" className="btn btn-primary mt-1 h-10" disabled={busy}>
          {busy ? a.joining : a.join}
        </button>
      </form>
    </AuthLayout>
  );
}
