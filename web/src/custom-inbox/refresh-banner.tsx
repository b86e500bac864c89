import { useQuery } from '@tanstack/react-query';
import { customInboxesQuery, useMe } from '../api/queries';
import type { InboxId } from '../api/types';
import { useNow } from '../format/use-now';
import { t } from '../i18n';
import { Icon } from '../ui/icon';
import { tip } from '../ui/tooltip';
import { customDialog, useDraft } from './drafts';
import { CustomMenu } from './section';

/** A custom inbox stands still until it is refreshed; this says since when. */
export function RefreshBanner({
  inbox: id,
  updatedAt,
  busy,
  onRefresh,
}: {
  inbox: InboxId;
  /** When the list was answered, in ms; 0 for not yet. */
  updatedAt: number;
  busy: boolean;
  onRefresh: () => void;
}) {
  const me = useMe();
  const now = useNow();
  const { data: all } = useQuery(customInboxesQuery);
  const inbox = all?.find((i) => i.id === id);
  const edited = useDraft(id) !== undefined;
  const minutes = Math.max(0, Math.floor((now - updatedAt) / 60_000));
  return (
    <div className="flex min-h-9 items-center gap-1 border-b border-line bg-sunken pr-1.5 pl-3.5 text-12 text-muted">
      <span className="min-w-0 flex-1 truncate">
        {edited && <span className="text-amber-ink">{t.editedInbox} · </span>}
        {updatedAt > 0 && t.lastUpdated(minutes)}
      </span>
      <button
        type="button"
        className="btn-icon size-7"
        aria-label={t.refresh}
        {...tip(t.refresh)}
        disabled={busy}
        onClick={onRefresh}
      >
        <Icon name="retry" size={16} />
      </button>
      {inbox && (
        <>
          <button
            type="button"
            className="btn-icon size-7"
            aria-label={t.inboxFilters}
            {...tip(t.inboxFilters)}
            onClick={() => customDialog.set({ kind: 'edit', id })}
          >
            <Icon name="filter" size={16} />
          </button>
          <CustomMenu
            inbox={inbox}
            own={inbox.creator_id === me.user.id}
            className="btn-icon size-7"
          />
        </>
      )}
    </div>
  );
}
