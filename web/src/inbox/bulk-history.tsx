import { useQuery } from '@tanstack/react-query';
import { Suspense, useState } from 'react';
import { wholeNumber } from '../format/size';
import { fullTime } from '../format/time';
import { lazyWithTexts } from '../i18n/lazy-with';
import { Dialog } from '../ui/dialog';
import { EmptyState, ErrorState } from '../ui/states';
import { bulkTexts } from './bulk-texts';
import { progressOf } from './bulk-words';
import { bulksQuery } from './bulks';

const ReportDialog = lazyWithTexts(() => import('./bulk-report'));

/** What one did to many contacts in the last 30 days, each with its report. */
export default function BulkHistory({ onClose }: { onClose: () => void }) {
  const x = bulkTexts.text;
  const query = useQuery(bulksQuery);
  const [open, setOpen] = useState<string | null>(null);
  const bulk = query.data?.find((b) => b.id === open);
  if (bulk)
    return (
      <Suspense>
        <ReportDialog bulk={bulk} onClose={() => setOpen(null)} />
      </Suspense>
    );
  return (
    <Dialog title={x.history} onClose={onClose} width={520}>
      <div className="min-h-32 overflow-y-auto px-3 pb-3">
        {query.isError && !query.data ? (
          <ErrorState error={query.error} title={x.history} onRetry={() => void query.refetch()} />
        ) : query.data?.length === 0 ? (
          <EmptyState icon="list" title={x.empty} help={x.emptyHelp} />
        ) : (
          <ul>
            {query.data?.map((b) => (
              <li key={b.id}>
                <button
                  type="button"
                  className="flex w-full items-center gap-3 rounded-10 px-2 py-2 text-left hover:bg-hover"
                  onClick={() => setOpen(b.id)}
                >
                  <span className="min-w-0 flex-1">
                    <span className="block font-medium">
                      {b.state === 'cancelled' ? x.cancelled[b.action] : x.title[b.action]}
                    </span>
                    <span className="block text-13 text-muted">{fullTime(b.created_at)}</span>
                  </span>
                  <span className="text-13 text-muted">
                    {b.ended_at ? x.contacts(b.changed) : `${x.running} · ${progressOf(b)}`}
                    {b.failed > 0 && (
                      <span className="block text-right text-red">
                        {x.failed}: {wholeNumber(b.failed)}
                      </span>
                    )}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}
