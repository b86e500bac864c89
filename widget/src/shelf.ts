import type { Attachment } from './api';
import type { Event, Problem } from './queue';

/** An event that waits until the server has it. */
export interface Entry {
  event: Event;
  /** Whose it is, for nothing is said in somebody else's name: '' or ?PERSON while the server hasn't said. */
  visitor: string;
  /** When it was written: no two of a browser at once, for they have an order. */
  at: number;
  /** What is shown of its files. */
  files?: Attachment[];
  /** Why it was not sent, and waits for the visitor's decision. */
  problem?: Problem;
}

/**
 * The part of the browser's storage in which all tabs keep what waits, each entry by
 * itself: what one tab has done with, or knows nothing of, no other loses.
 */
export class Shelf {
  /** What this tab put there. It has it also where the storage is full or forbidden, or the page empties it. */
  private readonly own = new Map<string, { entry: Entry; stored: boolean }>();
  private readonly prefix: string;

  constructor(private readonly channel: string) {
    this.prefix = `bandeja:${channel}:out:`;
  }

  /** What any tab has, in the order written. */
  all(): Entry[] {
    const found = new Map<string, Entry>();
    for (const [cid, own] of this.own) found.set(cid, own.entry);
    for (const entry of this.stored()) if (this.own.get(entry.event.cid)?.stored !== false) found.set(entry.event.cid, entry);
    return [...found.values()].sort((a, b) => a.at - b.at || (a.event.cid < b.event.cid ? -1 : 1));
  }

  private stored(): Entry[] {
    const found: Entry[] = [];
    try {
      for (let i = 0; i < localStorage.length; i++) {
        const key = localStorage.key(i) ?? '';
        if (!key.startsWith(this.prefix)) continue;
        const entry = read(localStorage.getItem(key));
        if (entry?.event.cid === key.slice(this.prefix.length)) found.push(entry);
      }
    } catch {
      // forbidden
    }
    return found;
  }

  put(entry: Entry): void {
    const { cid } = entry.event;
    let stored = true;
    try {
      localStorage.setItem(this.prefix + cid, JSON.stringify(entry));
    } catch {
      stored = false; // full, or forbidden: then it lives as long as the page
    }
    this.own.set(cid, { entry, stored });
  }

  remove(cid: string): void {
    this.own.delete(cid);
    try {
      localStorage.removeItem(this.prefix + cid);
    } catch {
      // forbidden: nothing is there
    }
  }

  /** Takes note of what another tab did; tells whether it was anything here. */
  heard({ key, newValue }: Pick<StorageEvent, 'key' | 'newValue'>): boolean {
    if (!key?.startsWith(this.prefix)) return false;
    if (newValue === null) this.own.delete(key.slice(this.prefix.length));
    return true;
  }

  /** Takes over what an older widget has left, all of it under one key. */
  takeOver(visitor: string): void {
    try {
      const key = `bandeja:${this.channel}:queue`;
      const old = localStorage.getItem(key);
      if (!old) return;
      localStorage.removeItem(key); // first: there may not be room for both
      const events: Event[] = JSON.parse(old);
      const begin = Date.now() - events.length;
      events.forEach((event, i) => {
        this.put({ event, visitor, at: begin + i });
      });
    } catch {
      // forbidden, or nothing that can be read
    }
  }
}

function read(text: string | null): Entry | undefined {
  try {
    const entry: Entry | null = JSON.parse(text ?? '');
    return entry?.event ? entry : undefined;
  } catch {
    return undefined; // of another version
  }
}
