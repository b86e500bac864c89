import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { prefetchContact, useMe, usersQuery } from '../api/queries';
import { RefreshBanner } from '../custom-inbox/refresh-banner';
import { useShortcuts } from '../frame/shortcuts';
import { t } from '../i18n';
import { lazyPart } from '../parts';
import { Icon } from '../ui/icon';
import { ErrorState } from '../ui/states';
import { ContactRow } from './contact-row';
import { isCustom } from './inbox-id';
import { tick, useSelection } from './selection';
import { useSteadyOrder } from './steady-order';
import { refreshList, useInboxList } from './use-inbox-list';
import { useScrollPlace } from './use-scroll-place';

const ListEmpty = lazyPart(async () => {
  const module = await import('./list-empty');
  await module.emptyTexts.load();
  return module;
});

const rowHeight = 64;

export function ContactList() {
  const me = useMe();
  const { query, rows: liveRows, filter, q, listKey } = useInboxList();
  const { contactId } = useParams({ strict: false });
  const { data: users } = useQuery(usersQuery);
  const byId = useMemo(() => new Map(users?.map((u) => [u.id, u])), [users]);
  const [held, setHeld] = useState(false);
  const { shown: rows, waiting } = useSteadyOrder(liveRows, held, listKey);
  const picked = useSelection(listKey);
  const [cursor, setCursor] = useState<string | null>(null);
  const navigate = useNavigate();
  const scroller = useRef<HTMLDivElement>(null);

  const virtualizer = useVirtualizer({
    count: rows.length + (query.hasNextPage ? 1 : 0),
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (i) => rows[i]?.id ?? 'more',
    overscan: 6,
  });
  const items = virtualizer.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;

  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && lastShown >= rows.length - 8) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, lastShown, rows.length]);
  useScrollPlace(scroller, listKey, {
    height: rows.length * rowHeight,
    hasNextPage,
    fetching: isFetchingNextPage,
    fetchNextPage,
  });

  // Where the open contact stands, or stood: one that was closed is gone from the list,
  // and what came after it is in its place.
  const place = useRef({ listKey, at: 0 });
  const open = rows.findIndex((r) => r.id === (contactId ?? cursor));
  if (open >= 0 || place.current.listKey !== listKey)
    place.current = { listKey, at: Math.max(0, open) };
  const after = open < 0 ? place.current.at : open + 1;

  // Whoever works down the list finds the next one there.
  const nextId = rows[after]?.id;
  useEffect(() => {
    if (!contactId || !nextId) return;
    const timer = window.setTimeout(() => prefetchContact(nextId), 500);
    return () => clearTimeout(timer);
  }, [contactId, nextId]);

  const openRow = (id: string) =>
    void navigate({
      to: '/inbox/$inbox/$contactId',
      params: { inbox: filter.inbox, contactId: id },
      search: (old) => old,
    });
  const step = (by: number, focus: boolean, range = false) => {
    const found = rows.findIndex(
      (r) => r.id === (focus ? (cursor ?? contactId) : (contactId ?? cursor)),
    );
    const from = found < 0 && by > 0 ? after - 1 : found < 0 ? after : found;
    const next = rows[Math.max(0, Math.min(rows.length - 1, from + by))];
    if (!next) return;
    virtualizer.scrollToIndex(rows.indexOf(next), { align: 'auto' });
    setCursor(next.id);
    if (range) {
      if (!picked?.anchor && rows[from]) tick(listKey, rows, rows[from].id, false);
      tick(listKey, rows, next.id, true);
    }
    if (!focus && contactId) openRow(next.id);
    else
      requestAnimationFrame(() =>
        scroller.current?.querySelector<HTMLElement>(`[data-row="${next.id}"]`)?.focus(),
      );
  };
  const here = cursor ?? contactId;
  const pick = (id: string | undefined, range: boolean) => id && tick(listKey, rows, id, range);
  const pickRef = useRef(pick);
  pickRef.current = pick;
  const onTick = useCallback((id: string, range: boolean) => void pickRef.current(id, range), []);
  useShortcuts({
    x: () => pick(here, false),
    'Shift+X': () => pick(here, true),
    j: () => step(1, false),
    k: () => step(-1, false),
    Enter: () => cursor && openRow(cursor),
  });
  const stepRef = useRef(step);
  stepRef.current = step;
  const onKeyDown = useCallback((e: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -1e9, End: 1e9 }[e.key];
    if (by === undefined) return;
    e.preventDefault();
    stepRef.current(by, true, e.shiftKey);
  }, []);

  const banner = isCustom(filter.inbox) && !q && (
    <RefreshBanner
      inbox={filter.inbox}
      updatedAt={query.dataUpdatedAt}
      busy={query.isFetching}
      onRefresh={() => void refreshList(filter)}
    />
  );
  if (query.isPending)
    return (
      <>
        {banner}
        <ListSkeleton />
      </>
    );
  if (query.isError && rows.length === 0)
    return (
      <ErrorState error={query.error} title={t.listFailed} onRetry={() => void query.refetch()} />
    );
  if (rows.length === 0)
    return (
      <>
        {banner}
        <Suspense>
          <ListEmpty filter={filter} q={q} />
        </Suspense>
      </>
    );
  const tabbableId = [cursor, contactId].find((id) => rows.some((r) => r.id === id)) ?? rows[0]!.id;
  return (
    <div
      className="relative flex min-h-0 flex-1 flex-col"
      onPointerEnter={(e) => e.pointerType === 'mouse' && setHeld(true)}
      onPointerLeave={() => setHeld(false)}
    >
      {banner}
      <span className="sr-only" role="status">
        {q ? t.results(rows.length) : ''}
      </span>
      {waiting > 0 && (
        <button
          type="button"
          className="absolute top-2 left-1/2 z-10 inline-flex h-7 -translate-x-1/2 items-center gap-1 rounded-full bg-accent px-3 text-12 font-semibold text-accent-ink shadow-float"
          onClick={() => {
            setHeld(false);
            scroller.current?.scrollTo({ top: 0 });
          }}
        >
          <Icon name="up" size={14} strokeWidth={2.2} />
          {t.newRows(waiting)}
        </button>
      )}
      <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
        <ul className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            return (
              <li
                key={item.key}
                aria-setsize={hasNextPage ? -1 : rows.length}
                aria-posinset={item.index + 1}
                className="group absolute inset-x-0 top-0 transition-transform duration-150"
                style={{ height: rowHeight, transform: `translateY(${item.start}px)` }}
              >
                {row ? (
                  <ContactRow
                    row={row}
                    inbox={filter.inbox}
                    selected={row.id === contactId}
                    tabbable={row.id === tabbableId}
                    assignee={row.assignee_id ? byId.get(row.assignee_id) : undefined}
                    myId={me.user.id}
                    ticked={picked && (picked.all || picked.ids.has(row.id))}
                    onTick={onTick}
                    onKeyDown={onKeyDown}
                    onFocus={setCursor}
                  />
                ) : (
                  <SkeletonRow />
                )}
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}

function ListSkeleton() {
  return (
    <div className="late min-h-0 flex-1 overflow-hidden" aria-busy="true">
      <span className="sr-only">{t.loading}</span>
      {Array.from({ length: 12 }, (_, i) => (
        <SkeletonRow key={i} />
      ))}
    </div>
  );
}

function SkeletonRow() {
  return (
    <div className="flex h-16 items-center gap-[11px] border-b border-line/60 px-3.5">
      <div className="skeleton size-9 rounded-full" />
      <div className="flex-1">
        <div className="skeleton h-3 w-2/5" />
        <div className="skeleton mt-2.5 h-2.5 w-4/5" />
      </div>
    </div>
  );
}
