import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiError, post } from '../api/http';
import { t } from '../i18n';
import { fieldError, TextField } from '../ui/field';
import { AuthLayout } from './auth-layout';
import { CodeField } from './code-field';
import { FormProblem, ProblemNote } from './form-problem';
import { PasswordField } from './password-field';
import { adoptMe } from './session';
import { setupQuery } from './setup-state';
import { authTexts } from './texts';

// Only a path of our own: never another site's address.
const ownPath = (next: string | undefined) =>
  next?.startsWith('/') && !next.startsWith('//') ? next : '/';

export default function LoginPage() {
  const a = authTexts.text;
  const navigate = useNavigate();
  const { next, problem } = useSearch({ from: '/login' });
  const { data: ways } = useQuery(setupQuery);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [step, setStep] = useState<'password' | 'code'>('password');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [opened, setOpened] = useState(false);
  const errors = error instanceof ApiError ? error.errors : undefined;
  const target = ownPath(next);
  const provider = ways?.oidc;
  // Where passwords are for owners alone, the form waits behind a button.
  const form = opened || !provider || ways.password;

  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const body = { email: email.trim(), password, ...(step === 'code' && { code: code.trim() }) };
      await adoptMe(await post('/session', { body }));
      await navigate({ href: target, replace: true });
    } catch (refusal) {
      setBusy(false);
      if (refusal instanceof ApiError && refusal.code === 'second_factor_required') setStep('code');
      else setError(refusal);
    }
  };

  if (step === 'code')
    return (
      <AuthLayout title={a.secondTitle} help={email}>
        <form onSubmit={submit} className="grid gap-4">
          {!errors?.length && <FormProblem error={error} />}
          <CodeField
            value={code}
            onChange={(text) => {
              setCode(text);
              setError(undefined);
            }}
            error={fieldError(errors, 'code')}
          />
          <button type="submit" className="btn btn-primary mt-1 h-10" disabled={busy}>
            {busy ? a.signingIn : a.continue}
          </button>
          <button
            type="button"
            className="btn btn-ghost"
            onClick={() => {
              setStep('password');
              setPassword('');
              setCode('');
              setError(undefined);
            }}
          >
            {a.otherAccount}
          </button>
        </form>
      </AuthLayout>
    );

  return (
    <AuthLayout title={a.signInTitle} help={a.signInHelp}>
      <div className="grid gap-4">
        {problem && !error && (
          <ProblemNote>
            {a.problems[problem as keyof typeof a.problems] ?? a.problems.other}
          </ProblemNote>
        )}
        {provider && (
          <>
            <a
              href={`/auth/oidc/start?to=${encodeURIComponent(target)}`}
              className={`btn h-10 ${form ? '' : 'btn-primary'}`}
            >
              {a.signInWith(provider.name)}
            </a>
            {form ? (
              <p className="flex items-center gap-3 text-12 text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
                {a.or}
              </p>
            ) : (
              <div className="text-center text-13 text-muted">
                <p>{a.ownersOnly}</p>
                <button type="button" className="link min-h-6" onClick={() => setOpened(true)}>
                  {a.withPassword}
                </button>
              </div>
            )}
          </>
        )}
        {form && (
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
            <Link to="/forgot" className="link min-h-6 justify-self-center text-13">
              {a.forgot}
            </Link>
            <span className="sr-only" aria-live="polite">
              {busy ? t.loading : ''}
            </span>
          </form>
        )}
      </div>
    </AuthLayout>
  );
}
