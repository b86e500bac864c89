import { useQuery } from '@tanstack/react-query';
import { get, remove } from '../api/http';
import { ago } from '../format/time';
import { useNow } from '../format/use-now';
import { ErrorState } from '../ui/states';
import { toastError } from '../ui/toast';
import { PageSkeleton, Rows } from './settings-page';
import { settingsTexts } from './texts';

export function Sessions() {
  const s = settingsTexts.text;
  const now = useNow();
  const query = useQuery({
    queryKey: ['sessions'],
    queryFn: async ({ signal }) => (await get('/me/sessions', { signal })).items,
    staleTime: 0,
  });
  if (query.isPending) return <PageSkeleton />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <Rows>
      {query.data.map((session) => (
        <li key={session.id} className="flex items-center gap-3 px-4 py-3">
          <div className="min-w-0 flex-1">
            <p className="truncate font-medium">{session.device || s.unknownDevice}</p>
            <p className="text-13 text-muted">
              {session.ip} · {s.lastSeen(ago(session.last_seen_at, now))}
              {session.push && ` · ${s.pushHere}`}
            </p>
          </div>
          {session.current ? (
            <span className="rounded-full bg-tint px-2.5 py-0.5 text-12 font-medium text-accent">
              {s.thisSession}
            </span>
          ) : (
            <button
              type="button"
              className="btn"
              aria-label={`${s.endSession}: ${session.device || s.unknownDevice}`}
              onClick={() =>
                remove('/me/sessions/{id}', { params: { id: session.id } }).then(
                  () => void query.refetch(),
                  toastError,
                )
              }
            >
              {s.endSession}
            </button>
          )}
        </li>
      ))}
    </Rows>
  );
}
