import { Store } from '../realtime/store';

/** What was done here to a contact, and the server hasn't confirmed yet. */
export interface Waiting {
  /** The Idempotency-Key: every attempt carries the same, so none can double. */
  ref: string;
  contactId: string;
  at: string;
  state: 'sending' | 'waiting' | 'failed';
  error: string;
}

/** How many of them wait for the connection. */
export const waitingCount = new Store(0);

/** Ends a call on a connection that has died without a word: one tab at a time sends for a contact. */
export const patience = () => AbortSignal.timeout(60_000);
