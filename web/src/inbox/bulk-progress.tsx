import { useQuery } from '@tanstack/react-query';
import { Suspense, useEffect, useState } from 'react';
import type { Bulk } from '../api/types';
import { wholeNumber } from '../format/size';
import { t } from '../i18n';
import { lazyWithTexts } from '../i18n/lazy-with';
import { bulkNews } from '../realtime/apply';
import { Icon } from '../ui/icon';
import { toastError } from '../ui/toast';
import { bulkTexts } from './bulk-texts';
import { progressOf } from './bulk-words';
import { bulksQuery, cancelBulk } from './bulks';

export { bulkTexts };

const ReportDialog = lazyWithTexts(() => import('./bulk-report'));

/** How long a result without failures stays, in ms. */
const stays = 8000;

/** How far it has got, below the list, and in the end what came of it. */
export default function BulkProgress() {
  const { data } = useQuery(bulksQuery);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [begun] = useState(() => Date.now());
  const [report, setReport] = useState<string | null>(null);
  // What ended before this was looked at is in the history.
  const shown = (data ?? [])
    .filter((b) => !hidden.has(b.id) && (!b.ended_at || Date.parse(b.ended_at) > begun - 60_000))
    .slice(0, 3);
  const hide = (id: string) => setHidden((old) => new Set(old).add(id));
  useEffect(() => {
    if (data && shown.length === 0 && !report) bulkNews.set(false);
  }, [data, shown.length, report]);
  const reported = data?.find((b) => b.id === report);
  return (
    <div className="border-t border-line bg-surface pb-[env(safe-area-inset-bottom)]">
      {shown.map((b) => (
        <Line key={b.id} bulk={b} onHide={() => hide(b.id)} onReport={() => setReport(b.id)} />
      ))}
      <Suspense>
        {reported && <ReportDialog bulk={reported} onClose={() => setReport(null)} />}
      </Suspense>
    </div>
  );
}

function Line({
  bulk: b,
  onHide,
  onReport,
}: {
  bulk: Bulk;
  onHide: () => void;
  onReport: () => void;
}) {
  const x = bulkTexts.text;
  const ended = Boolean(b.ended_at);
  const done = b.changed + b.unchanged + b.failed;
  const clean = b.state === 'done' && b.failed === 0;
  useEffect(() => {
    if (!clean) return;
    const timer = setTimeout(onHide, stays);
    return () => clearTimeout(timer);
  }, [clean, onHide]);
  return (
    <section aria-label={x.title[b.action]} className="px-3 py-2 text-13">
      <div className="flex items-center gap-2">
        <span role="status" className="min-w-0 flex-1 truncate">
          <span className="font-medium">
            {b.state === 'cancelled' ? x.cancelled[b.action] : (ended ? x.did : x.doing)[b.action]}
          </span>
          <span className="text-muted"> · {ended ? x.contacts(b.changed) : progressOf(b)}</span>
          {ended && b.failed > 0 && (
            <span className="text-red">
              {' '}
              · {x.failed}: {wholeNumber(b.failed)}
            </span>
          )}
        </span>
        {ended ? (
          <>
            <button type="button" className="btn h-7 px-2" onClick={onReport}>
              {x.report}
            </button>
            <button type="button" className="btn-icon size-7" aria-label={t.close} onClick={onHide}>
              <Icon name="close" size={14} />
            </button>
          </>
        ) : (
          <button
            type="button"
            className="btn h-7 px-2"
            onClick={() => void cancelBulk(b).catch(toastError)}
          >
            {t.cancel}
          </button>
        )}
      </div>
      {!ended && (
        <div
          role="progressbar"
          aria-label={x.doing[b.action]}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={b.state === 'gathering' ? undefined : share(done, b.total)}
          className="mt-1.5 h-1 overflow-hidden rounded-full bg-sunken"
        >
          <div
            className="h-full rounded-full bg-accent transition-[width] duration-500"
            style={{ width: `${b.state === 'gathering' ? 4 : share(done, b.total)}%` }}
          />
        </div>
      )}
    </section>
  );
}

const share = (done: number, total: number) => (total ? Math.round((100 * done) / total) : 100);
