import type { InboxId } from '../api/types';

/** Whether an address names an inbox. */
export const isInbox = (v: string): v is InboxId =>
  /^(all|mine|unassigned|blocked|team-\d{1,19})$/.test(v);

/** The team of a team's inbox. */
export const teamOf = (id: InboxId) =>
  id.startsWith('team-') ? id.slice('team-'.length) : undefined;
