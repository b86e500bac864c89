import { useRef } from 'react';
import type { ContactRow } from '../api/types';

/**
 * The rows in the order they had when the pointer came over the list, so that
 * nothing moves under it. Rows that would come in between wait; those loaded at
 * the end are appended; those that left are gone at once.
 */
export function steadyOrder(frozen: string[], rows: ContactRow[]) {
  const byId = new Map(rows.map((r) => [r.id, r]));
  const kept = frozen.flatMap((id) => byId.get(id) ?? []);
  const known = new Set(frozen);
  let lastKnown = -1;
  for (const [i, r] of rows.entries()) if (known.has(r.id)) lastKnown = i;
  const appended = rows.slice(lastKnown + 1).filter((r) => !known.has(r.id));
  const shown = lastKnown < 0 ? rows : [...kept, ...appended];
  return { shown, waiting: rows.length - shown.length };
}

export function useSteadyOrder(rows: ContactRow[], held: boolean, listKey: string) {
  const frozen = useRef<{ key: string; ids: string[]; of: ContactRow[]; order: Order } | null>(
    null,
  );
  if (!held || frozen.current?.key !== listKey) frozen.current = null;
  if (!held || rows.length === 0) return { shown: rows, waiting: 0 };
  const last = frozen.current;
  if (last?.of === rows) return last.order;
  const order = last ? steadyOrder(last.ids, rows) : { shown: rows, waiting: 0 };
  frozen.current = { key: listKey, ids: order.shown.map((r) => r.id), of: rows, order };
  return order;
}

type Order = ReturnType<typeof steadyOrder>;
