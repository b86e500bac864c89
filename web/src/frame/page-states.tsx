import { Link } from '@tanstack/react-router';
import { t } from '../i18n';
import { ErrorState } from '../ui/states';

/** Stands in while a route's code or its first data is on the way. */
export function PagePending() {
  return (
    <div className="flex h-full min-w-0 flex-1 bg-surface" aria-busy="true">
      <span className="sr-only">{t.loading}</span>
    </div>
  );
}

export function PageError({ error, reset }: { error: unknown; reset: () => void }) {
  return (
    <main className="flex h-full min-w-0 flex-1 bg-surface">
      <ErrorState
        error={error}
        onRetry={() => {
          reset();
          location.reload();
        }}
      />
    </main>
  );
}

export function PageMissing() {
  return (
    <main className="flex min-h-dvh w-full">
      <div className="m-auto flex max-w-80 flex-col items-center p-6 text-center">
        <h1 className="text-16 font-semibold">{t.notFound}</h1>
        <p className="mt-1 text-muted">{t.notFoundHelp}</p>
        <Link to="/" className="btn btn-primary mt-4">
          {t.goToInbox}
        </Link>
      </div>
    </main>
  );
}
