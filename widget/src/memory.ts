import type { Event } from './queue';

/** What the visitor's browser keeps, under the channel's name. Without storage it lasts as long as the page. */
export class Memory {
  private readonly fallback = new Map<string, string>();

  constructor(private readonly key: string) {}

  get(name: string): string {
    const k = `bandeja:${this.key}:${name}`;
    try {
      return localStorage.getItem(k) ?? '';
    } catch {
      return this.fallback.get(k) ?? '';
    }
  }

  set(name: string, value: string): void {
    const k = `bandeja:${this.key}:${name}`;
    this.fallback.set(k, value);
    try {
      if (value) localStorage.setItem(k, value);
      else localStorage.removeItem(k);
    } catch {
      // kept in the page then
    }
  }

  load(): Event[] {
    try {
      return JSON.parse(this.get('queue') || '[]') as Event[];
    } catch {
      return [];
    }
  }

  save(events: Event[]): void {
    this.set('queue', events.length ? JSON.stringify(events) : '');
  }
}

/** A name for an event that no other has. */
export function newCID(): string {
  const b = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(b, (x) => x.toString(36).padStart(2, '0')).join('');
}
