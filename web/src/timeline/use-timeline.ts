import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { scheduledQuery, timelineQuery, useMe } from '../api/queries';
import type { Contact } from '../api/types';
import { asMessage } from '../outbox/message';
import { useOutbox } from '../outbox/outbox';
import { arrivals } from '../realtime/apply';
import { type Entry, entriesOf, firstUnread } from './entries';
import { itemsOf, unconfirmed } from './timeline-cache';

/** The entries of one contact's timeline: the server's, and what is still on its way out. */
export function useTimeline(contact: Contact, around: string | undefined) {
  const me = useMe();
  const query = useInfiniteQuery(timelineQuery(contact.id, around));
  const outbox = useOutbox();
  const { data: scheduled } = useQuery(scheduledQuery(contact.id));
  const items = useMemo(() => itemsOf(query.data), [query.data]);

  // Where "new" begins is fixed when the contact is opened, and doesn't move
  // while it is read.
  const unreadAtOpening = useRef(contact.unread);
  const unreadFrom = useRef<string | null | undefined>(undefined);
  if (unreadFrom.current === undefined && query.data)
    unreadFrom.current = around ? null : firstUnread(items, unreadAtOpening.current);

  const entries = useMemo(() => {
    const mine = outbox
      .filter((o) => o.contactId === contact.id)
      .filter((o) => o.kind === 'message');
    if (query.hasNextPage) return entriesOf(items, unreadFrom.current ?? null);
    // What was just sent may come as a message before the list without it does.
    const waiting = unconfirmed(
      items,
      (scheduled ?? []).map((s) => ({ ref: s.client_ref, scheduled: s })),
    );
    const known = new Set(waiting.map((w) => w.ref));
    const pending = unconfirmed(items, mine).filter((p) => !known.has(p.ref));
    return [
      ...entriesOf([...items, ...pending.map((p) => asMessage(p, me))], unreadFrom.current ?? null),
      ...waiting.map((w): Entry => ({ type: 'scheduled', key: w.ref, scheduled: w.scheduled })),
    ];
  }, [items, outbox, scheduled, contact.id, query.hasNextPage, me]);
  return { query, items, entries };
}

/** How many messages came in since `watching` last was true. */
export function useArrivalCount(contactId: string, watching: boolean) {
  const [count, setCount] = useState(0);
  useEffect(() => {
    if (watching) {
      setCount(0);
      return;
    }
    const listener = (id: string) => {
      if (id === contactId) setCount((n) => n + 1);
    };
    arrivals.add(listener);
    return () => {
      arrivals.delete(listener);
    };
  }, [contactId, watching]);
  return count;
}
