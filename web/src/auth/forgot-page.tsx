import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiError, post } from '../api/http';
import { fieldError, TextField } from '../ui/field';
import { AuthLayout } from './auth-layout';
import { FormProblem } from './form-problem';
import { setupQuery } from './setup-state';
import { authTexts } from './texts';

/** Asks for a link by mail. The answer is the same for everybody, so this page's is too. */
export default function ForgotPage() {
  const a = authTexts.text;
  const { data: ways } = useQuery(setupQuery);
  const [email, setEmail] = useState('');
  const [sent, setSent] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const errors = error instanceof ApiError ? error.errors : undefined;
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await post('/password/forgot', { body: { email: email.trim() } });
      setSent(true);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  const back = (
    <Link to="/login" search={{}} className="btn">
      {a.backToSignIn}
    </Link>
  );
  if (sent)
    return (
      <AuthLayout title={a.sentTitle} help="">
        <div className="grid gap-4">
          <p role="status">{a.sentHelp(email.trim())}</p>
          {back}
        </div>
      </AuthLayout>
    );
  if (ways && !ways.mail)
    return (
      <AuthLayout title={a.forgotTitle} help="">
        <div className="grid gap-4">
          <p>{a.noMailHelp}</p>
          {back}
        </div>
      </AuthLayout>
    );
  return (
    <AuthLayout title={a.forgotTitle} help={a.forgotHelp}>
      <form onSubmit={submit} className="grid gap-4">
        {!errors?.length && <FormProblem error={error} />}
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
        <button type="submit" className="btn btn-primary mt-1 h-10" disabled={busy || !ways}>
          {busy ? a.sending : a.sendLink}
        </button>
        <Link
          to="/login"
          search={{}}
          className="link inline-flex min-h-6 items-center justify-self-center text-13"
        >
          {a.backToSignIn}
        </Link>
      </form>
    </AuthLayout>
  );
}
