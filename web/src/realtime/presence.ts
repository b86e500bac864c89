import { useSyncExternalStore } from 'react';
import type { Activity, User, UserStatus } from '../api/types';
import { Store } from './store';

/** Who is there; whoever is missing is offline. Undefined until the first news. */
export const statuses = new Store<ReadonlyMap<string, UserStatus['status']> | undefined>(undefined);

/** Shows one's choice before the server tells everybody. */
export function chooseStatus(userId: string, status: UserStatus['status']) {
  statuses.set(new Map(statuses.get()).set(userId, status));
}

/** What a user is to others right now. */
export function useActivity(): (user: User) => Activity {
  const now = useSyncExternalStore(statuses.subscribe, statuses.get);
  return (user) => (now ? (now.get(user.id) ?? 'offline') : user.activity);
}

/**
 * Who is typing to or about each contact. An entry goes away by itself, because
 * the "off" may never come.
 */
class Typing {
  private readonly store = new Store<ReadonlyMap<string, readonly string[]>>(new Map());
  private readonly timers = new Map<string, number>();

  set(contactId: string, who: string, on: boolean) {
    const key = `${contactId}/${who}`;
    clearTimeout(this.timers.get(key));
    if (on)
      this.timers.set(
        key,
        window.setTimeout(() => this.set(contactId, who, false), 7000),
      );
    const before = this.store.get().get(contactId) ?? [];
    if (before.includes(who) === on) return;
    const next = new Map(this.store.get());
    next.set(contactId, on ? [...before, who] : before.filter((w) => w !== who));
    this.store.set(next);
  }

  stop(contactId: string) {
    for (const who of this.store.get().get(contactId) ?? []) this.set(contactId, who, false);
  }

  use = (contactId: string): readonly string[] =>
    useSyncExternalStore(this.store.subscribe, () => this.store.get().get(contactId) ?? none);
}

const none: readonly string[] = [];
export const contactTyping = new Typing();
export const userTyping = new Typing();
