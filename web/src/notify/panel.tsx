import { Popover } from '@base-ui/react/popover';
import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type KeyboardEvent, type RefObject, useRef, useState } from 'react';
import { post } from '../api/http';
import { queryClient } from '../api/queries';
import type { Notice, NoticeKind, Page } from '../api/types';
import { fullTime, rowTime } from '../format/time';
import { useNow } from '../format/use-now';
import { t } from '../i18n';
import { Avatar } from '../ui/avatar';
import { Icon, type IconName } from '../ui/icon';
import { EmptyState, ErrorState, PanelSkeleton } from '../ui/states';
import { toast, toastError } from '../ui/toast';
import { tip } from '../ui/tooltip';
import { type NoticeTab, noticeCountQuery, noticesQuery } from './queries';
import { notifyTexts } from './texts';
import { wordsOf } from './words';

const icons: Record<NoticeKind, IconName> = {
  assigned_to_me: 'userPlus',
  mention: 'at',
  message_mine: 'messages',
  message_team: 'users',
  message_unassigned: 'unassigned',
  snooze_due: 'alarm',
  send_failed: 'warning',
};

const tabs: NoticeTab[] = ['new', 'archived', 'all'];

/** The notification centre. */
export default function NoticePanel({
  anchor,
  side,
  onClose,
  onOpen,
}: {
  anchor: RefObject<HTMLElement | null>;
  side: 'right' | 'top';
  onClose: () => void;
  onOpen: (n: Notice) => void;
}) {
  const x = notifyTexts.text;
  const [tab, setTab] = useState<NoticeTab>('new');
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Popover.Root
      open
      modal="trap-focus"
      onOpenChange={(open, details) => {
        const pressed = details.event.target;
        const own = pressed instanceof Node && anchor.current?.contains(pressed);
        if (!open && !(own && details.reason === 'outside-press')) onClose();
      }}
    >
      <Popover.Portal>
        <Popover.Positioner
          anchor={anchor}
          side={side}
          align="end"
          sideOffset={8}
          collisionPadding={8}
          className="z-50"
        >
          <Popover.Popup
            ref={popup}
            aria-label={x.notifications}
            finalFocus={anchor}
            initialFocus={() =>
              popup.current?.querySelector<HTMLElement>('[aria-selected=true]') ?? true
            }
            className="menu flex h-[min(560px,calc(100dvh-96px))] w-[min(400px,calc(100vw-16px))] flex-col p-0"
          >
            <header className="flex items-center gap-1 border-b border-line px-3 pt-1">
              <div role="tablist" aria-label={x.notifications} className="flex flex-1 gap-3.5">
                {tabs.map((name, i) => (
                  <button
                    key={name}
                    type="button"
                    role="tab"
                    id={`notices-${name}`}
                    aria-selected={tab === name}
                    aria-controls="notices"
                    tabIndex={tab === name ? 0 : -1}
                    className={`relative h-10 text-13 ${tab === name ? 'font-semibold text-text after:absolute after:inset-x-0 after:bottom-0 after:h-0.5 after:rounded-full after:bg-accent' : 'text-muted hover:text-text'}`}
                    onClick={() => setTab(name)}
                    onKeyDown={(e) => {
                      const to = { ArrowRight: i + 1, ArrowLeft: i + tabs.length - 1 }[e.key];
                      if (to === undefined) return;
                      const next = tabs[to % tabs.length]!;
                      setTab(next);
                      document.getElementById(`notices-${next}`)?.focus();
                    }}
                  >
                    {x.tabs[name]}
                  </button>
                ))}
              </div>
              <Link
                to="/settings/profile"
                hash="notifications"
                className="btn-icon"
                aria-label={x.openSettings}
                {...tip(x.openSettings)}
                onClick={onClose}
              >
                <Icon name="settings" size={17} />
              </Link>
            </header>
            <div
              role="tabpanel"
              id="notices"
              aria-labelledby={`notices-${tab}`}
              className="flex min-h-0 flex-1 flex-col"
            >
              <List key={tab} tab={tab} onOpen={onOpen} />
            </div>
            <Popover.Close className="sr-only">{t.close}</Popover.Close>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function List({ tab, onOpen }: { tab: NoticeTab; onOpen: (n: Notice) => void }) {
  const x = notifyTexts.text;
  const query = useInfiniteQuery(noticesQuery(tab));
  const list = useRef<HTMLUListElement>(null);
  if (query.isPending) return <PanelSkeleton className="w-full" />;
  if (query.isError)
    return (
      <ErrorState error={query.error} title={x.loadFailed} onRetry={() => void query.refetch()} />
    );
  const items = query.data.pages.flatMap((p) => p.items);
  const [title, help] = x.empty[tab];
  if (!items.length)
    return <EmptyState icon={tab === 'archived' ? 'archive' : 'bell'} title={title} help={help} />;
  const move = (e: KeyboardEvent) => {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[e.key];
    if (!step) return;
    e.preventDefault();
    const rows = [...(list.current?.querySelectorAll<HTMLElement>('[data-notice]') ?? [])];
    const at = rows.findIndex((r) => r.contains(document.activeElement));
    rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
  };
  return (
    <>
      <ul ref={list} className="min-h-0 flex-1 space-y-0.5 overflow-y-auto p-1" onKeyDown={move}>
        {items.map((n) => (
          <Row key={n.id} notice={n} tab={tab} onOpen={() => onOpen(n)} />
        ))}
        {query.hasNextPage && (
          <li className="p-2 text-center">
            <button
              type="button"
              className="btn"
              disabled={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              {x.more}
            </button>
          </li>
        )}
      </ul>
      {tab !== 'archived' && (
        <footer className="flex items-center gap-2 border-t border-line px-3 py-2">
          <p className="min-w-0 flex-1 truncate text-12 text-faint max-md:invisible">
            {x.keysHint}
          </p>
          <button
            type="button"
            className="btn btn-ghost"
            onClick={() => {
              queryClient.setQueryData(noticeCountQuery.queryKey, 0);
              post('/notifications/archive')
                .then(() => toast(x.archivedAll), toastError)
                .finally(refresh);
            }}
          >
            <Icon name="archive" size={16} />
            {x.archiveAll}
          </button>
        </footer>
      )}
    </>
  );
}

const refresh = () => void queryClient.invalidateQueries({ queryKey: ['notifications'] });

/** Archives or gets back, shown at once. */
function put(n: Notice, tab: NoticeTab) {
  const path = n.archived ? 'unarchive' : 'archive';
  type Data = InfiniteData<Page<Notice>>;
  queryClient.setQueryData<Data>(
    noticesQuery(tab).queryKey as readonly unknown[],
    (old) =>
      old && {
        ...old,
        pages: old.pages.map((p) => ({
          ...p,
          items: p.items.flatMap((i) =>
            i.id !== n.id
              ? [i]
              : tab === 'all'
                ? [{ ...i, archived: !i.archived, new: false }]
                : [],
          ),
        })),
      },
  );
  if (n.new)
    queryClient.setQueryData<number>(noticeCountQuery.queryKey, (c = 1) => Math.max(0, c - 1));
  post(`/notifications/{id}/${path}`, { params: { id: n.id } })
    .catch(toastError)
    .finally(refresh);
}

function Row({ notice: n, tab, onOpen }: { notice: Notice; tab: NoticeTab; onOpen: () => void }) {
  const x = notifyTexts.text;
  const now = useNow();
  const { name, what, text } = wordsOf(n);
  const action = n.archived ? x.unarchive : x.archive;
  const away = (e: KeyboardEvent<HTMLElement>) => {
    if (e.key !== 'e' && e.key !== 'Delete') return;
    e.preventDefault();
    const row = e.currentTarget.closest('li');
    const next = (row?.nextElementSibling ?? row?.previousElementSibling)?.querySelector('button');
    (next ?? document.getElementById(`notices-${tab}`))?.focus();
    put(n, tab);
  };
  return (
    <li className="group/notice relative">
      <button
        type="button"
        data-notice={n.id}
        className={`flex w-full items-start gap-2.5 rounded-6 px-2 py-2 text-left hover:bg-hover ${n.new ? 'bg-tint/60' : ''}`}
        onClick={onOpen}
        onKeyDown={away}
      >
        <span className="relative mt-0.5">
          <Avatar who={n.contact} size={34} />
          <span
            className={`absolute -right-1.5 -bottom-1 inline-flex size-[18px] items-center justify-center rounded-full border border-line bg-surface ${n.kind === 'send_failed' ? 'text-red' : 'text-muted'}`}
          >
            <Icon name={icons[n.kind]} size={12} strokeWidth={2} />
          </span>
        </span>
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className={`min-w-0 flex-1 truncate ${n.new ? 'font-semibold' : ''}`}>
              {name}
            </span>
            <time
              dateTime={n.at}
              className="shrink-0 text-12 text-muted group-focus-within/notice:invisible group-hover/notice:invisible pointer-coarse:visible! pointer-coarse:mr-7"
              {...tip(fullTime(n.at))}
            >
              {rowTime(n.at, now)}
            </time>
          </span>
          <span className={`block truncate text-13 ${n.new ? 'text-text' : 'text-muted'}`}>
            {what}
          </span>
          {text && <span className="block truncate text-13 text-muted">{text}</span>}
        </span>
      </button>
      <button
        type="button"
        className="btn-icon absolute top-1 right-1 size-7 opacity-0 group-focus-within/notice:opacity-100 group-hover/notice:opacity-100 pointer-coarse:opacity-100"
        aria-label={`${action}: ${name}`}
        {...tip(action, 'e')}
        onClick={() => put(n, tab)}
      >
        <Icon name={n.archived ? 'retry' : 'close'} size={16} />
      </button>
    </li>
  );
}
