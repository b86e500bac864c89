import type { Query, QueryKey } from '@tanstack/react-query';
import { ApiError } from '../api/http';
import {
  contactQuery,
  inboxesQuery,
  type ListFilter,
  meQuery,
  queryClient,
  teamsQuery,
} from '../api/queries';
import type {
  Contact,
  ContactRow,
  EphemeralPush,
  Inbox,
  NoticePush,
  Push,
  SequencedPush,
} from '../api/types';
import { isCustom } from '../inbox/inbox-id';
import { dropRow, type ListData, patchList, replaceRow } from '../inbox/list-cache';
import { replaceMessage, type TimelineData, upsertItem } from '../timeline/timeline-cache';
import { contactTyping, statuses, userTyping } from './presence';
import { Store } from './store';

/** Writes news of a contact into every list, search and drawer that shows it. */
export function applyRow(row: ContactRow) {
  const who = {
    myId: queryClient.getQueryData(meQuery.queryKey)?.user.id ?? '',
    teams: queryClient.getQueryData(teamsQuery.queryKey),
  };
  patchQueries<ListData>(['list'], (data, key) => {
    const filter = key[1] as ListFilter;
    // A custom inbox stands still until it is refreshed.
    return isCustom(filter.inbox) ? data : patchList(data, row, filter, who);
  });
  patchQueries<ListData>(['search'], (data) => replaceRow(data, row));
  patchQueries<Contact>(['contact', row.id], (old) => ({
    ...old,
    ...row,
    conversation: row.status === 'closed' ? null : old.conversation,
  }));
}

/** What came while a query was being answered: the answer may be from before, and replaces all. */
const meanwhile = new WeakMap<Query, ((query: Query) => void)[]>();

/** Changes what is known of all queries of a key, and once more what is being asked for. */
function patchQueries<T>(queryKey: QueryKey, change: (data: T, key: QueryKey) => T) {
  const patch = (query: Query) => {
    const data = query.state.data as T | undefined;
    if (data === undefined) return;
    const next = change(data, query.queryKey);
    if (next !== data) queryClient.setQueryData(query.queryKey, next);
  };
  for (const query of queryClient.getQueryCache().findAll({ queryKey })) {
    if (query.state.fetchStatus !== 'idle')
      meanwhile.set(query, [...(meanwhile.get(query) ?? []), patch]);
    patch(query);
  }
}

queryClient.getQueryCache().subscribe(({ type, query }) => {
  if (type !== 'updated' || query.state.fetchStatus !== 'idle') return;
  const patches = meanwhile.get(query);
  meanwhile.delete(query);
  for (const patch of patches ?? []) patch(query);
});

/** Writes a whole contact, as answered by a change. */
export function applyContact(contact: Contact) {
  queryClient.setQueryData(contactQuery(contact.id).queryKey, contact);
  applyRow(contact);
}

type Patch = (data: TimelineData) => TimelineData;

export const patchTimelines = (contactId: string, change: Patch) =>
  patchQueries(['timeline', contactId], change);

export function applySequenced(push: SequencedPush) {
  switch (push.type) {
    case 'message':
      patchTimelines(push.contact_id, (d) => upsertItem(d, push.message));
      applyRow(push.contact);
      if (push.message.direction === 'incoming') {
        contactTyping.stop(push.contact_id);
        // The messaging window moved, and there may be a new identity.
        refreshContact(push.contact_id);
        for (const listener of arrivals) listener(push.contact_id, push.message.id);
      }
      break;
    case 'message_updated':
      patchTimelines(push.contact_id, (d) => replaceMessage(d, push.message));
      if (push.contact) applyRow(push.contact);
      break;
    case 'event':
      patchTimelines(push.contact_id, (d) => upsertItem(d, push.event));
      applyRow(push.contact);
      refreshContact(push.contact_id);
      // Not before: what the screen knows already may not be stored yet.
      if (push.event.kind === 'conversation_closed' || push.event.kind === 'conversation_opened')
        void queryClient.invalidateQueries({ queryKey: ['conversations', push.contact_id] });
      break;
    case 'contact':
      applyRow(push.contact);
      refreshContact(push.contact_id);
      break;
    case 'hidden':
      hide(push.contact_id);
      break;
    case 'members':
      // Names, teams and perhaps one's own rights.
      refetch('users', 'invitations', 'teams', 'inboxes', 'me', 'closing');
      break;
    case 'fields':
      refetch('fields', 'tags', 'filter-fields', 'variables');
      break;
    case 'inboxes':
      refetch('custom-inboxes');
      break;
    case 'snippets':
      refetch('snippets', 'snippet-list');
      break;
    case 'scheduled':
      void queryClient.invalidateQueries({ queryKey: ['scheduled', push.contact_id] });
      break;
    case 'bulk':
      if (push.user_id === queryClient.getQueryData(meQuery.queryKey)?.user.id) {
        bulkNews.set(true);
        refetch('bulks');
      }
      break;
    case 'channel':
      void queryClient.invalidateQueries({ queryKey: ['channels'] });
      void queryClient.invalidateQueries({ queryKey: ['channel', push.channel_id] });
      break;
  }
}

/** Whether the user does something to many contacts, or has lately. */
export const bulkNews = new Store(false);

function refetch(...keys: string[]) {
  for (const key of keys) void queryClient.invalidateQueries({ queryKey: [key] });
}

/** A contact that was given away, to somebody whose contacts one doesn't see. */
function hide(id: string) {
  for (const name of ['list', 'search'])
    patchQueries<ListData>([name], (data) => dropRow(data, id));
  // Where it is open, asking again says that it can't be seen.
  void queryClient.resetQueries({ queryKey: ['contact', id] });
  void queryClient.resetQueries({ queryKey: ['timeline', id] });
  void queryClient.resetQueries({ queryKey: ['scheduled', id] });
  void queryClient.resetQueries({ queryKey: ['conversations', id] });
}

/** Told of every incoming message, for the live region and the count on "jump to latest". */
export const arrivals = new Set<(contactId: string, messageId: string) => void>();

/** Told of what the bell counts. */
export const notices = new Set<(push: NoticePush) => void>();

export function applyEphemeral(push: EphemeralPush) {
  if (push.type === 'counts') applyCounts(push.inboxes ?? []);
  else if (push.type === 'presence')
    statuses.set(new Map(push.statuses?.map((s) => [s.user_id, s.status])));
  else if (push.type === 'notifications') {
    for (const listener of notices) listener(push);
  } else if (push.who === 'contact') contactTyping.set(push.contact_id, 'contact', push.on);
  else if (push.user_id) userTyping.set(push.contact_id, push.user_id, push.on);
}

function applyCounts(inboxes: Inbox[]) {
  queryClient.setQueryData(inboxesQuery.queryKey, inboxes);
}

export const isSequenced = (push: Push): push is SequencedPush => 'seq' in push;

const timers = new Map<string, number>();

// A burst of messages asks once.
function refreshContact(id: string) {
  clearTimeout(timers.get(id));
  timers.set(
    id,
    window.setTimeout(() => {
      timers.delete(id);
      void queryClient.invalidateQueries({ queryKey: ['contact', id] });
    }, 400),
  );
}

/** Asks again for what is on the screen and couldn't be reached: the server is back. */
export function refetchFailed() {
  void queryClient.refetchQueries({
    type: 'active',
    predicate: ({ state }) => state.error instanceof ApiError && state.error.transient,
  });
}

/** Too much was missed: everything on screen is asked again. */
export function refetchEverything() {
  void queryClient.invalidateQueries({
    predicate: (q) => q.queryKey[0] !== 'me' && q.queryKey[0] !== 'templates',
  });
}
