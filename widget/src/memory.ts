/** What the visitor's browser keeps, under the channel's name. Without storage it lasts as long as the page. */
export class Memory {
  /** What could not be stored. */
  private readonly fallback = new Map<string, string>();

  constructor(private readonly key: string) {}

  get(name: string): string {
    const k = `bandeja:${this.key}:${name}`;
    try {
      return this.fallback.get(k) ?? localStorage.getItem(k) ?? '';
    } catch {
      return '';
    }
  }

  set(name: string, value: string): void {
    const k = `bandeja:${this.key}:${name}`;
    try {
      if (value) localStorage.setItem(k, value);
      else localStorage.removeItem(k);
      this.fallback.delete(k);
    } catch {
      this.fallback.set(k, value); // full, or forbidden
    }
  }
}

/** A name for an event that no other has. */
export function newCID(): string {
  const b = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(b, (x) => x.toString(36).padStart(2, '0')).join('');
}

/** Does what only one tab at a time may do. Where there are no locks, all may: the server knows what it has got. */
export function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (!navigator.locks) return work(); // without HTTPS
  let begun = false;
  const locked = () => {
    begun = true;
    return work();
  };
  return navigator.locks.request(name, locked).catch((e) => {
    if (begun) throw e;
    return work(); // forbidden, as the storage is
  }) as Promise<T>;
}
