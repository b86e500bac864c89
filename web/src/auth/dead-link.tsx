import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ApiError } from '../api/http';
import { AuthLayout } from './auth-layout';
import { FormProblem } from './form-problem';
import { authTexts } from './texts';

/** True where the link itself is the problem: used, replaced or too old. */
export const isDeadLink = (error: unknown) =>
  error instanceof ApiError && ['link_used', 'link_expired'].includes(error.code);

/** Says why a link doesn't work, and where to go from here. */
export function DeadLink({ error, children }: { error: unknown; children?: ReactNode }) {
  const a = authTexts.text;
  return (
    <AuthLayout title={a.linkTitle} help="">
      <div className="grid gap-4">
        <FormProblem error={error} />
        {children}
        <Link to="/login" search={{}} className="btn h-10">
          {a.backToSignIn}
        </Link>
      </div>
    </AuthLayout>
  );
}
