/** A value outside React with listeners, for useSyncExternalStore. */
export class Store<T> {
  private value: T;
  private readonly listeners = new Set<() => void>();
  constructor(value: T) {
    this.value = value;
  }
  get = () => this.value;
  set(value: T) {
    if (value === this.value) return;
    this.value = value;
    for (const l of this.listeners) l();
  }
  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };
}
