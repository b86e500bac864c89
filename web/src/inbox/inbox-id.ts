import type { InboxId } from '../api/types';

/** Whether an address names an inbox. */
export const isInbox = (v: string): v is InboxId =>
  /^(all|mine|unassigned|blocked|(team|custom)-\d{1,19})$/.test(v);

/** The team of a team's inbox. */
export const teamOf = (id: InboxId) =>
  id.startsWith('team-') ? id.slice('team-'.length) : undefined;

/** A custom inbox stands still until it is refreshed. */
export const isCustom = (id: InboxId) => id.startsWith('custom-');
