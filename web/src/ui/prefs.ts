import { useSyncExternalStore } from 'react';
import type { User } from '../api/types';
import { Store } from '../realtime/store';

/** How this browser has its panes arranged. Kept here, not on the server: screens differ. */
export interface Prefs {
  listWidth: number;
  sidebar: boolean;
  drawer: boolean;
  lastInbox: string;
  /** Whose it is: a computer may be shared. */
  lastInboxOf: string;
}

const key = 'bandeja.panes';
const defaults: Prefs = {
  listWidth: 336,
  sidebar: true,
  drawer: true,
  lastInbox: 'all',
  lastInboxOf: '',
};

function read(): Prefs {
  try {
    return { ...defaults, ...JSON.parse(localStorage.getItem(key) ?? '{}') };
  } catch {
    return defaults;
  }
}

const store = new Store(read());
export const usePrefs = () => useSyncExternalStore(store.subscribe, store.get);
export const getPrefs = store.get;

export function setPrefs(change: Partial<Prefs>) {
  store.set({ ...store.get(), ...change });
  try {
    localStorage.setItem(key, JSON.stringify(store.get()));
  } catch {
    // The arrangement then lasts for this visit.
  }
}

/** The inbox a user was in last on this browser, or begins in. */
export function lastInbox(user: Pick<User, 'id' | 'visibility'>) {
  const { lastInbox, lastInboxOf } = store.get();
  if (lastInboxOf === user.id) return lastInbox;
  return user.visibility === 'all' ? 'all' : 'mine';
}
