import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiError, post } from '../api/http';
import { t } from '../i18n';
import { fieldError, TextField } from '../ui/field';
import { AuthLayout } from './auth-layout';
import { FormProblem } from './form-problem';
import { PasswordField } from './password-field';
import { adoptMe } from './session';
import { authTexts } from './texts';

export default function LoginPage() {
  const a = authTexts.text;
  const navigate = useNavigate();
  const { next } = useSearch({ from: '/login' });
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const errors = error instanceof ApiError ? error.errors : undefined;

  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await adoptMe(await post('/session', { body: { email: email.trim(), password } }));
      // Only a path of our own: never another site's address.
      const target = next?.startsWith('/') && !next.startsWith('//') ? next : '/';
      await navigate({ href: target, replace: true });
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };

  return (
    <AuthLayout title={a.signInTitle} help={a.signInHelp}>
      <form onSubmit={submit} className="grid gap-4">
        <FormProblem error={error} />
        <TextField
          label={a.email}
          type="email"
          name="email"
          autoComplete="username"
          required
          autoFocus
          value={email}
          onChange={(e) => setEmail(e.target.value)}
          error={fieldError(errors, 'email')}
        />
        <PasswordField
          label={a.password}
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(e) => setPassword(e.target.value)}
          error={fieldError(errors, 'password')}
        />
        <button type="submit" className="btn btn-primary mt-1 h-10" disabled={busy}>
          {busy ? a.signingIn : a.signIn}
        </button>
        <span className="sr-only" aria-live="polite">
          {busy ? t.loading : ''}
        </span>
      </form>
    </AuthLayout>
  );
}
