import type { Waiting } from './waiting';

const prefix = 'bandeja.outbox.';

/**
 * The part of the browser's storage in which the tabs keep what a user has waiting, each
 * entry by itself: what one tab has done with, or knows nothing of, no other loses.
 */
export class Shelf<T extends Waiting> {
  private readonly written = new Map<string, T>();
  private readonly own: string;
  constructor(
    owner: string,
    private readonly storage: Storage,
  ) {
    this.own = `${prefix}${owner}.`;
  }

  /** Makes what this tab has on it like `entries`. What it never had stays. */
  save(entries: readonly T[]) {
    const now = new Set(entries.map((e) => e.ref));
    for (const ref of this.written.keys()) {
      if (now.has(ref)) continue;
      this.written.delete(ref);
      this.storage.removeItem(this.own + ref);
    }
    for (const e of entries) {
      if (this.written.get(e.ref) === e || this.isGone(e.ref)) continue;
      try {
        this.storage.setItem(this.own + e.ref, JSON.stringify(e));
        this.written.set(e.ref, e);
      } catch {
        // Full, or forbidden: then the entry lives as long as the page.
      }
    }
  }

  /** Whether another tab has done with an entry of this one. */
  isGone = (ref: string) => this.written.has(ref) && !this.storage.getItem(this.own + ref);

  /** What any tab has, but those named, in the order in which it was done. */
  others(known: ReadonlySet<string>): T[] {
    const found: T[] = [];
    for (let i = 0; i < this.storage.length; i++) {
      const key = this.storage.key(i) ?? '';
      if (!key.startsWith(this.own) || known.has(key.slice(this.own.length))) continue;
      try {
        const entry: T = JSON.parse(this.storage.getItem(key) ?? '');
        found.push(entry);
        this.written.set(entry.ref, entry);
      } catch {
        // Leftovers of another version that can't be read.
      }
    }
    return found.sort(byTime);
  }

  /** Which entry a change of the storage by another tab is about, and whether it is done with. */
  changed({ key, newValue }: Pick<StorageEvent, 'key' | 'newValue'>) {
    if (!key?.startsWith(this.own)) return undefined;
    return { ref: key.slice(this.own.length), gone: newValue === null };
  }
}

/** Orders entries as they were made. */
export const byTime = (a: Waiting, b: Waiting) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0);
