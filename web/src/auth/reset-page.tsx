import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiError, post } from '../api/http';
import { fieldError } from '../ui/field';
import { toast } from '../ui/toast';
import { AuthLayout } from './auth-layout';
import { DeadLink, isDeadLink } from './dead-link';
import { FormProblem } from './form-problem';
import { PasswordField } from './password-field';
import { authTexts } from './texts';

/** Takes a new password from whoever has the link of the mail. */
export default function ResetPage() {
  const a = authTexts.text;
  const navigate = useNavigate();
  const { token } = useParams({ from: '/reset/$token' });
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const errors = error instanceof ApiError ? error.errors : undefined;
  if (isDeadLink(error))
    return (
      <DeadLink error={error}>
        <Link to="/forgot" className="btn btn-primary h-10">
          {a.newLink}
        </Link>
      </DeadLink>
    );
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await post('/password/reset', { body: { token, password } });
      // The link is used up: going back to it would only confuse.
      await navigate({ to: '/login', search: {}, replace: true });
      toast(a.passwordChanged);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <AuthLayout title={a.resetTitle} help={a.resetHelp}>
      <form onSubmit={submit} className="grid gap-4">
        {!errors?.length && <FormProblem error={error} />}
        <PasswordField
          label={a.newPassword}
          help={a.passwordHelp}
          name="password"
          autoComplete="new-password"
          minLength={10}
          required
          autoFocus
          value={password}
          onChange={(e) => setPassword(e.target.value)}
          error={fieldError(errors, 'password')}
        />
        <button type="submit" className="btn btn-primary mt-1 h-10" disabled={busy}>
          {busy ? a.saving : a.savePassword}
        </button>
      </form>
    </AuthLayout>
  );
}
