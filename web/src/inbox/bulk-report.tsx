import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { get } from '../api/http';
import type { Bulk } from '../api/types';
import { wholeNumber } from '../format/size';
import { fullTime } from '../format/time';
import { t } from '../i18n';
import { Avatar } from '../ui/avatar';
import { Dialog } from '../ui/dialog';
import { bulkTexts } from './bulk-texts';

/** What came of it: how many, and for each that failed the reason. */
export default function BulkReport({ bulk: b, onClose }: { bulk: Bulk; onClose: () => void }) {
  const x = bulkTexts.text;
  const { inbox = 'all' } = useParams({ strict: false });
  const query = useInfiniteQuery({
    queryKey: ['bulk-failures', b.id, b.failed],
    queryFn: ({ pageParam, signal }) =>
      get('/bulk/{id}/failures', {
        params: { id: b.id },
        query: { cursor: pageParam, limit: 50 },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
    enabled: b.failed > 0,
  });
  const failures = query.data?.pages.flatMap((p) => p.items) ?? [];
  const left = b.total - b.changed - b.unchanged - b.failed;
  const counts: [string, number][] = [
    [x.changed, b.changed],
    [x.unchanged, b.unchanged],
    [x.failed, b.failed],
  ];
  if (left > 0) counts.push([x.left, left]);
  return (
    <Dialog title={`${x.report}: ${x.title[b.action]}`} onClose={onClose} width={520}>
      <div
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls on small screens
        tabIndex={0}
        className="overflow-y-auto px-5 pb-5 outline-offset-[-2px]!"
      >
        <p className="text-13 text-muted">{fullTime(b.created_at)}</p>
        <dl className="mt-3 grid grid-cols-2 gap-3 sm:grid-cols-4">
          {counts.map(([label, n]) => (
            <div key={label} className="rounded-10 bg-sunken px-3 py-2">
              <dt className="text-12 text-muted">{label}</dt>
              <dd className="text-16 font-semibold">{wholeNumber(n)}</dd>
            </div>
          ))}
        </dl>
        {failures.length > 0 && (
          <ul className="mt-4">
            {failures.map((f) => (
              <li
                key={f.contact.id}
                className="flex items-center gap-2.5 border-b border-line/60 py-2"
              >
                <Avatar who={f.contact} size={28} />
                <span className="min-w-0 flex-1">
                  <Link
                    to="/inbox/$inbox/$contactId"
                    params={{ inbox, contactId: f.contact.id }}
                    className="block truncate font-medium hover:underline"
                    onClick={onClose}
                  >
                    {f.contact.name}
                  </Link>
                  <span className="block text-13 text-muted">{f.detail}</span>
                </span>
              </li>
            ))}
          </ul>
        )}
        {query.hasNextPage && (
          <button type="button" className="btn mt-3" onClick={() => void query.fetchNextPage()}>
            {x.more}
          </button>
        )}
        {query.isError && <p className="mt-3 text-13 text-red">{t.somethingWrong}</p>}
        {b.failed > failures.length && query.isSuccess && !query.hasNextPage && (
          <p className="mt-3 text-13 text-muted">{x.hiddenFailures}</p>
        )}
      </div>
    </Dialog>
  );
}
