import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { get } from '../api/http';
import type { MessageHit } from '../api/types';
import { formatPhone } from '../format/phone';
import { fullTime, rowTime } from '../format/time';
import { useNow } from '../format/use-now';
import { Catalogue, t } from '../i18n';
import { Avatar } from '../ui/avatar';
import { Icon } from '../ui/icon';
import { EmptyState, ErrorState } from '../ui/states';
import { tip } from '../ui/tooltip';
import { useListSearch } from './use-list-search';

export const hitsTexts = new Catalogue({
  en: () => import('../i18n/hits-en'),
  es: () => import('../i18n/hits-es'),
});

const rowHeight = 84;

/** The messages or comments that have the words, newest first. */
export default function Hits({ q, where }: { q: string; where: 'messages' | 'comments' }) {
  const s = hitsTexts.text;
  const { inbox } = useParams({ from: '/app/inbox/$inbox' });
  const { contactId } = useParams({ strict: false });
  const { here } = useSearch({ from: '/app/inbox/$inbox' });
  const { m: openMessage } = useSearch({ strict: false }) as { m?: string };
  const change = useListSearch();
  const only = here && contactId ? contactId : undefined;
  const query = useInfiniteQuery({
    queryKey: ['hits', q, where, only],
    queryFn: ({ pageParam, signal }) =>
      get('/messages', {
        query: {
          search: q,
          comments: where === 'comments',
          ...(only && { contact_id: only }),
          ...(pageParam && { cursor: pageParam }),
          limit: 20,
        },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    staleTime: 15_000,
    refetchInterval: ({ state }) => (state.data?.pages[0]?.behind ? 3000 : false),
  });
  const behind = query.data?.pages[0]?.behind;
  const hits = query.data?.pages.flatMap((p) => p.items) ?? [];
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: hits.length + (query.hasNextPage ? 1 : 0),
    getScrollElement: () => scroller.current,
    estimateSize: (i) => (i < hits.length ? rowHeight : 48),
    getItemKey: (i) => hits[i]?.message.id ?? 'more',
    overscan: 4,
  });
  const items = virtualizer.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isError } = query;
  // A page may be empty where looking took long: go on while its place is in sight.
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isError && lastShown >= hits.length - 4)
      void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isError, fetchNextPage, lastShown, hits.length]);
  useEffect(() => {
    scroller.current?.scrollTo(0, 0);
  }, [q, where, only]);

  const onKeyDown = (e: KeyboardEvent<HTMLElement>) => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6, Home: -1e9, End: 1e9 }[e.key];
    if (by === undefined) return;
    e.preventDefault();
    const from = Number(e.currentTarget.dataset.index);
    const to = Math.max(0, Math.min(hits.length - 1, from + by));
    virtualizer.scrollToIndex(to, { align: 'auto' });
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-index="${to}"]`)?.focus(),
    );
  };

  const scope = contactId && (
    <label className="flex min-h-8 items-center gap-2 border-b border-line px-3.5 text-13 text-muted">
      <input
        type="checkbox"
        checked={Boolean(here)}
        onChange={(e) => change({ here: e.target.checked || undefined })}
      />
      {s.onlyHere}
    </label>
  );
  let content = null;
  if (query.isError && hits.length === 0)
    content = (
      <ErrorState error={query.error} title={s.failed} onRetry={() => void query.refetch()} />
    );
  else if (query.isPending || (hits.length === 0 && hasNextPage)) content = <HitsSkeleton />;
  else if (hits.length === 0)
    content = (
      <EmptyState icon="search" title={s.none(q)} help={s.noneHelp}>
        {only ? (
          <button type="button" className="btn" onClick={() => change({ here: undefined })}>
            {s.everywhere}
          </button>
        ) : (
          <button
            type="button"
            className="btn"
            onClick={() => change({ q: undefined, in: undefined })}
          >
            {t.clearSearch}
          </button>
        )}
      </EmptyState>
    );
  return (
    <>
      {scope}
      <span className="sr-only" role="status">
        {query.isPending ? '' : s.found(hits.length)}
      </span>
      {behind && (
        <p className="border-b border-line px-3.5 py-2 text-13 text-muted">{s.indexing}</p>
      )}
      {content ?? (
        <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
          <ul className="relative" style={{ height: virtualizer.getTotalSize() }}>
            {items.map((item) => {
              const hit = hits[item.index];
              return (
                <li
                  key={item.key}
                  aria-setsize={hasNextPage ? -1 : hits.length}
                  aria-posinset={item.index + 1}
                  className="absolute inset-x-0 top-0"
                  style={{ height: item.size, transform: `translateY(${item.start}px)` }}
                >
                  {hit ? (
                    <HitRow
                      hit={hit}
                      inbox={inbox}
                      index={item.index}
                      selected={hit.message.id === openMessage}
                      onKeyDown={onKeyDown}
                    />
                  ) : (
                    <p className="px-3.5 py-3.5 text-center text-13 text-muted">{s.lookingBack}</p>
                  )}
                </li>
              );
            })}
          </ul>
        </div>
      )}
    </>
  );
}

function HitRow({
  hit,
  inbox,
  index,
  selected,
  onKeyDown,
}: {
  hit: MessageHit;
  inbox: string;
  index: number;
  selected: boolean;
  onKeyDown: (e: KeyboardEvent<HTMLElement>) => void;
}) {
  const now = useNow();
  const { message: m, contact } = hit;
  const incoming = m.direction === 'incoming';
  return (
    <Link
      to="/inbox/$inbox/$contactId"
      params={{ inbox, contactId: contact.id }}
      search={(old) => ({ ...old, m: m.id })}
      data-row={contact.id}
      data-index={index}
      aria-current={selected ? 'true' : undefined}
      onKeyDown={onKeyDown}
      draggable={false}
      className={`relative flex h-full gap-[11px] border-b border-line/60 px-3.5 py-2.5 outline-offset-[-2px]! select-none ${
        selected
          ? 'bg-tint before:absolute before:inset-y-0 before:left-0 before:w-[3px] before:bg-accent'
          : 'hover:bg-hover'
      }`}
    >
      <Avatar who={contact} />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-2">
          <span className="min-w-0 flex-1 truncate font-medium">{formatPhone(contact.name)}</span>
          <time
            dateTime={m.at}
            {...tip(fullTime(m.at))}
            className={`shrink-0 text-12 ${selected ? 'text-muted' : 'text-faint'}`}
          >
            {rowTime(m.at, now)}
          </time>
        </span>
        <span className="mt-0.5 line-clamp-2 text-13 leading-[18px] text-muted">
          <Icon
            name={m.direction === 'comment' ? 'lock' : incoming ? 'arrowIn' : 'arrowOut'}
            size={13}
            className="mr-1 inline align-[-2px]"
          />
          {!incoming && m.sender_name && `${m.sender_name.split(' ')[0]}: `}
          {hit.parts.map((p, i) =>
            p.hit ? (
              <mark key={i} className="rounded-[3px] bg-amber px-px font-medium text-amber-ink">
                {p.text}
              </mark>
            ) : (
              p.text
            ),
          )}
        </span>
      </span>
    </Link>
  );
}

function HitsSkeleton() {
  return (
    <div className="late min-h-0 flex-1 overflow-hidden" aria-busy="true">
      <span className="sr-only">{t.loading}</span>
      {Array.from({ length: 9 }, (_, i) => (
        <div
          key={i}
          className="flex gap-[11px] border-b border-line/60 px-3.5 py-2.5"
          style={{ height: rowHeight }}
        >
          <div className="skeleton size-9 rounded-full" />
          <div className="flex-1">
            <div className="skeleton h-3 w-2/5" />
            <div className="skeleton mt-2.5 h-2.5 w-full" />
            <div className="skeleton mt-2 h-2.5 w-3/5" />
          </div>
        </div>
      ))}
    </div>
  );
}
