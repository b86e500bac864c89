import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { get, remove } from '../api/http';
import { queryClient } from '../api/queries';
import type { Snippet } from '../api/types';
import { composerTexts } from '../composer/texts';
import { ago } from '../format/time';
import { useNow } from '../format/use-now';
import { t } from '../i18n';
import { Icon } from '../ui/icon';
import { EmptyState, ErrorState } from '../ui/states';
import { toast } from '../ui/toast';
import { tip } from '../ui/tooltip';
import ConfirmDialog from './confirm-dialog';
import { SearchField } from './search-field';
import { PageSkeleton, Rows, SettingsPage } from './settings-page';
import SnippetDialog from './snippet-dialog';
import { settingsTexts } from './texts';

type Open = { do: 'add' } | { do: 'edit' | 'delete'; snippet: Snippet } | null;

/** What is written often: one's own snippets, the teams' and everybody's. */
export default function SnippetsPage() {
  const s = settingsTexts.text.snippets;
  const [q, setQ] = useState('');
  const [open, setOpen] = useState<Open>(null);
  const search = q.trim();
  const list = useInfiniteQuery({
    queryKey: ['snippet-list', search],
    queryFn: ({ pageParam, signal }) =>
      get('/snippets', { query: { search, cursor: pageParam, limit: 50 }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: (old) => old,
    staleTime: 0,
  });
  const items = list.data?.pages.flatMap((p) => p.items) ?? [];
  const close = () => setOpen(null);
  const addButton = (
    <button type="button" className="btn btn-primary" onClick={() => setOpen({ do: 'add' })}>
      {s.add}
    </button>
  );
  const none = list.data && items.length === 0;
  return (
    <SettingsPage
      title={t.settingsPages.snippets}
      help={s.help}
      action={none && !search ? undefined : addButton}
    >
      {(items.length > 0 || search) && (
        <div className="mt-5">
          <SearchField label={s.find} placeholder={s.find} value={q} onChange={setQ} />
        </div>
      )}
      {list.isPending && <PageSkeleton />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {none &&
        (search ? (
          <p className="mt-6 text-muted" role="status">
            {s.nothing(search)}
          </p>
        ) : (
          <EmptyState icon="bolt" title={s.empty} help={s.emptyHelp}>
            {addButton}
          </EmptyState>
        ))}
      {items.length > 0 && (
        <div className="mt-4">
          <Rows>
            {items.map((x) => (
              <SnippetRow
                key={x.id}
                snippet={x}
                onEdit={() => setOpen({ do: 'edit', snippet: x })}
                onDelete={() => setOpen({ do: 'delete', snippet: x })}
              />
            ))}
          </Rows>
        </div>
      )}
      {list.hasNextPage && (
        <button
          type="button"
          className="btn mx-auto mt-4 flex"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {s.more}
        </button>
      )}
      {open?.do === 'add' && <SnippetDialog onClose={close} />}
      {open?.do === 'edit' && <SnippetDialog snippet={open.snippet} onClose={close} />}
      {open?.do === 'delete' && (
        <ConfirmDialog
          title={s.deleteTitle(open.snippet.name)}
          text={s.deleteHelp}
          verb={s.delete}
          onConfirm={async () => {
            await remove('/snippets/{id}', { params: { id: open.snippet.id } });
            await queryClient.invalidateQueries({ queryKey: ['snippet-list'] });
            toast(s.deleted(open.snippet.name));
          }}
          onClose={close}
        />
      )}
    </SettingsPage>
  );
}

function SnippetRow({
  snippet,
  onEdit,
  onDelete,
}: {
  snippet: Snippet;
  onEdit: () => void;
  onDelete: () => void;
}) {
  const s = settingsTexts.text.snippets;
  const x = composerTexts.text;
  const now = useNow();
  return (
    <li className="relative flex items-center gap-3 px-4 py-3 hover:bg-hover">
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2">
          {snippet.may_change ? (
            <button
              type="button"
              aria-label={`${s.edit}: ${snippet.name}`}
              className="min-w-0 truncate text-left font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-10 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
              onClick={onEdit}
            >
              /{snippet.name}
            </button>
          ) : (
            <span className="min-w-0 truncate font-medium">/{snippet.name}</span>
          )}
          <span className="shrink-0 rounded-full bg-sunken px-2 text-12 text-muted">
            {x[snippet.scope]}
          </span>
          {snippet.files.length > 0 && (
            <span className="inline-flex shrink-0 items-center gap-0.5 text-12 text-muted">
              <Icon name="attach" size={14} />
              {x.files(snippet.files.length)}
            </span>
          )}
        </p>
        <p className="line-clamp-2 text-13 text-muted">{snippet.text}</p>
        <p className="text-12 text-faint">
          {snippet.used > 0 && snippet.used_at
            ? s.used(snippet.used, ago(snippet.used_at, now))
            : s.unused}
        </p>
      </div>
      {snippet.may_change && (
        <button
          type="button"
          className="btn-icon relative max-md:size-11"
          aria-label={`${s.delete}: ${snippet.name}`}
          {...tip(s.delete)}
          onClick={onDelete}
        >
          <Icon name="trash" size={16} />
        </button>
      )}
    </li>
  );
}
