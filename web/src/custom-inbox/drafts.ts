import { useSyncExternalStore } from 'react';
import type { FilterNode, InboxId } from '../api/types';
import { Store } from '../realtime/store';

/** Filters that were changed and not saved yet. They last as long as the page. */
const drafts = new Store<ReadonlyMap<InboxId, FilterNode>>(new Map());

export const useDraft = (id: InboxId) =>
  useSyncExternalStore(drafts.subscribe, () => drafts.get().get(id));

/** Keeps a changed filter; undefined goes back to what is saved. */
export function setDraft(id: InboxId, filter: FilterNode | undefined) {
  const next = new Map(drafts.get());
  if (filter) next.set(id, filter);
  else next.delete(id);
  drafts.set(next);
}

/** Which of the dialogs of custom inboxes is open. */
export type CustomDialog =
  | { kind: 'new' }
  | { kind: 'edit' | 'rename' | 'share' | 'delete'; id: InboxId };
export const customDialog = new Store<CustomDialog | null>(null);
