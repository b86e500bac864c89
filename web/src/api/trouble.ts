import { Store } from '../realtime/store';

/** How long the word stays after the last refusal: what waits is tried every 5 s. */
const lasts = 15_000;

/**
 * Whether the server lately couldn't reach or write its database. Reading may go on
 * all the same, as on a full disk, so the connection doesn't tell.
 */
export const trouble = new Store(false);

let timer = 0;

export function noteTrouble() {
  trouble.set(true);
  clearTimeout(timer);
  timer = window.setTimeout(() => trouble.set(false), lasts);
}

/** Something was written: the trouble is over. */
export function noteWritten() {
  if (!trouble.get()) return;
  clearTimeout(timer);
  trouble.set(false);
}
