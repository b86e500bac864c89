import { useQuery } from '@tanstack/react-query';
import { type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { post } from '../api/http';
import { newKey } from '../api/key';
import { closingQuery, inboxesQuery, queryClient, useMay } from '../api/queries';
import type { Bulk, BulkAction, BulkTarget } from '../api/types';
import { useShortcuts } from '../frame/shortcuts';
import { t } from '../i18n';
import { lazyWithTexts } from '../i18n/lazy-with';
import { bulkNews } from '../realtime/apply';
import { Icon, type IconName } from '../ui/icon';
import { PopoverButton, type PopoverHandle } from '../ui/popover';
import { PanelSkeleton } from '../ui/states';
import { toastError } from '../ui/toast';
import { tip } from '../ui/tooltip';
import { exportContacts } from './bulk-export';
import { bulkTexts } from './bulk-texts';
import { clearSelection, type Selection, select } from './selection';
import { useInboxList } from './use-inbox-list';

export { bulkTexts };

const AssignPanel = lazyWithTexts(() => import('../timeline/assign-panel'));
const SnoozePanel = lazyWithTexts(() => import('../timeline/snooze-panel'));
const CloseDialog = lazyWithTexts(() => import('../timeline/close-dialog'));
const TagsPanel = lazyWithTexts(() => import('./bulk-tags'));
const ConfirmDialog = lazyWithTexts(() => import('../settings/confirm-dialog'));
const HistoryDialog = lazyWithTexts(() => import('./bulk-history'));

/** From how many contacts on one is asked again. */
const many = 50;

/** What can be done to the contacts that are picked. */
export default function BulkBar({ picked }: { picked: Selection }) {
  const x = bulkTexts.text;
  const { query, rows, filter, q, listKey } = useInboxList();
  const { data: closing } = useQuery(closingQuery);
  const { data: inboxes } = useQuery(inboxesQuery);
  const mayExport = useMay('data.export');
  const [asking, setAsking] = useState<'note' | 'history' | BulkAction | null>(null);
  const chosen = rows.filter((r) => picked.all || picked.ids.has(r.id));
  const allLoaded = rows.length > 0 && chosen.length === rows.length;
  // How many there are is known of plain lists of open conversations alone.
  const plain = q === '' && filter.status === 'open' && !filter.unreplied && !filter.draft;
  const open = plain ? inboxes?.find((i) => i.id === filter.inbox)?.open : undefined;
  const total = query.hasNextPage ? open : rows.length;
  const count = picked.all ? total : chosen.length;
  const nobody = chosen.length === 0;

  const target = (): BulkTarget => {
    if (!picked.all) return { contact_ids: chosen.map((r) => r.id) };
    if (q) return { search: q };
    const { inbox: id, status, unreplied, draft } = filter;
    return { inbox: { id, status, unreplied, filter: draft } };
  };
  const run = async (action: BulkAction) => {
    const bulk = await post('/bulk', {
      body: { target: target(), action },
      headers: { 'Idempotency-Key': newKey() },
    });
    queryClient.setQueryData<Bulk[]>(['bulks'], (old) => [bulk, ...(old ?? [])]);
    bulkNews.set(true);
    clearSelection();
  };
  const begin = (action: BulkAction) => {
    if (picked.all || chosen.length > many) setAsking(action);
    else run(action).catch(toastError);
  };
  const close = () => {
    if (nobody) return;
    if (closing?.mode === 'category' || closing?.mode === 'both') setAsking('note');
    else begin({ close: {} });
  };

  const handles = {
    a: useRef<PopoverHandle>(null),
    z: useRef<PopoverHandle>(null),
    t: useRef<PopoverHandle>(null),
  };
  // They are the selection's whichever conversation is opened beside it.
  useShortcuts(
    nobody
      ? { Escape: clearSelection }
      : {
          a: () => handles.a.current?.open(),
          z: () => handles.z.current?.open(),
          t: () => handles.t.current?.open(),
          e: close,
          Escape: clearSelection,
        },
    true,
  );
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    box.current!.indeterminate = !allLoaded && !nobody;
  }, [allLoaded, nobody]);

  const panel = (
    key: keyof typeof handles,
    label: string,
    icon: IconName,
    content: (close: () => void) => ReactNode,
  ) => (
    <PopoverButton
      handle={handles[key]}
      label={label}
      className="btn-icon size-7 aria-expanded:bg-hover"
      attributes={tip(label, key)}
      disabled={nobody}
      content={(close) => (
        <Suspense fallback={<PanelSkeleton className="w-72" />}>{content(close)}</Suspense>
      )}
    >
      <Icon name={icon} size={16} />
    </PopoverButton>
  );
  return (
    <>
      <div role="toolbar" aria-label={x.bar} className="mt-1.5 flex h-7 items-center">
        <label
          className="grid h-7 w-9 shrink-0 place-items-center"
          {...tip(allLoaded ? x.unselect : x.selectLoaded(rows.length))}
        >
          <input
            ref={box}
            type="checkbox"
            className="size-[18px] accent-accent"
            aria-label={allLoaded ? x.unselect : x.selectLoaded(rows.length)}
            checked={allLoaded}
            onChange={() => select(listKey, allLoaded ? [] : rows.map((r) => r.id))}
          />
        </label>
        <span role="status" className="min-w-0 flex-1 truncate text-13 font-medium">
          {picked.all
            ? total === undefined
              ? x.allPicked
              : x.allCounted(total)
            : nobody
              ? x.none
              : x.picked(chosen.length)}
        </span>
        {panel('a', t.assign, 'userPlus', (close) => (
          <AssignPanel
            assigneeId="*"
            onPick={(to) => {
              close();
              begin({ assign: to });
            }}
          />
        ))}
        <button
          type="button"
          className="btn-icon size-7"
          aria-label={t.closeShort}
          {...tip(t.closeShort, 'e')}
          disabled={nobody}
          onClick={close}
        >
          <Icon name="check" size={16} />
        </button>
        {panel('z', t.snooze, 'alarm', (close) => (
          <SnoozePanel
            onPick={(until) => {
              close();
              begin({ snooze: { until: until.toISOString() } });
            }}
          />
        ))}
        {panel('t', x.tag, 'tag', (close) => (
          <TagsPanel
            onPick={(tag) => {
              close();
              begin({ tag });
            }}
          />
        ))}
        {mayExport && (
          <button
            type="button"
            className="btn-icon size-7"
            aria-label={x.export}
            {...tip(x.export)}
            disabled={nobody}
            onClick={() => exportContacts(target()).catch(toastError)}
          >
            <Icon name="download" size={16} />
          </button>
        )}
        <button
          type="button"
          className="btn-icon size-7"
          aria-label={x.history}
          {...tip(x.history)}
          onClick={() => setAsking('history')}
        >
          <Icon name="list" size={16} />
        </button>
        <button
          type="button"
          className="btn-icon size-7"
          aria-label={x.leave}
          {...tip(x.leave, 'Esc')}
          onClick={clearSelection}
        >
          <Icon name="close" size={16} />
        </button>
      </div>
      {allLoaded && query.hasNextPage && !picked.all && (
        <button
          type="button"
          className="mt-1 h-7 w-full truncate rounded-6 bg-tint px-2 text-13 font-medium text-accent hover:underline"
          onClick={() => select(listKey, [], true)}
        >
          {total === undefined ? x.selectAll : x.selectCounted(total)}
        </button>
      )}
      <Suspense>
        {asking === 'note' && closing && (
          <CloseDialog
            closing={closing}
            onCancel={() => setAsking(null)}
            onClose={(note) => {
              setAsking(null);
              begin({ close: note });
            }}
          />
        )}
        {asking === 'history' && <HistoryDialog onClose={() => setAsking(null)} />}
        {asking && typeof asking === 'object' && (
          <ConfirmDialog
            title={x.confirmTitle[nameOf(asking)](
              count === undefined ? x.everybody : x.contacts(count),
            )}
            text={x.confirmHelp}
            verb={x.go}
            tone="btn-primary"
            onConfirm={() => run(asking)}
            onClose={() => setAsking(null)}
          />
        )}
      </Suspense>
    </>
  );
}

const nameOf = (a: BulkAction) =>
  a.assign ? 'assign' : a.close ? 'close' : a.snooze ? 'snooze' : 'tag';
