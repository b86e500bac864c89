import type { ReactNode } from 'react';
import { ApiError } from '../api/http';
import { t } from '../i18n';
import { Icon } from '../ui/icon';

/** The error of a whole form; errors of single fields are shown at the fields. */
export function FormProblem({ error }: { error: unknown }) {
  if (!error) return null;
  let words = t.serverBusy;
  if (error instanceof ApiError) {
    words = error.status === 0 ? t.unreachable : error.detail || error.title || t.serverBusy;
  }
  return <ProblemNote>{words}</ProblemNote>;
}

/** What went wrong, above what to do about it. */
export function ProblemNote({ children }: { children: ReactNode }) {
  return (
    <div
      role="alert"
      className="flex items-start gap-2 rounded-[8px] bg-red-tint px-3 py-2 text-13 text-red"
    >
      <Icon name="error" size={16} className="mt-0.5" />
      <span>{children}</span>
    </div>
  );
}
