import { useSyncExternalStore } from 'react';
import { Store } from '../realtime/store';

/** The contacts of a list that are picked, for something to be done to all of them. */
export interface Selection {
  /** The list they are picked in; another one has none. */
  list: string;
  ids: ReadonlySet<string>;
  /** Everything that the list shows, loaded or not. */
  all: boolean;
  /** Where a range begins. */
  anchor?: string;
}

const selection = new Store<Selection | null>(null);

export function useSelection(list: string) {
  const now = useSyncExternalStore(selection.subscribe, selection.get);
  return now?.list === list ? now : null;
}

export const clearSelection = () => selection.set(null);

export const select = (list: string, ids: Iterable<string>, all = false) =>
  selection.set({ list, ids: new Set(ids), all });

/** Picks a row or lets go of it; with range, all from the last one on as well. */
export function tick(list: string, rows: readonly { id: string }[], id: string, range: boolean) {
  const old = selection.get();
  const same = old?.list === list ? old : undefined;
  const ids = new Set(same?.all ? rows.map((r) => r.id) : same?.ids);
  const at = rows.findIndex((r) => r.id === id);
  const from = range ? rows.findIndex((r) => r.id === same?.anchor) : -1;
  if (from >= 0)
    for (const r of rows.slice(Math.min(from, at), Math.max(from, at) + 1)) ids.add(r.id);
  else if (!ids.delete(id)) ids.add(id);
  selection.set(ids.size ? { list, ids, all: false, anchor: id } : null);
}
