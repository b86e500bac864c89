import { post } from '../api/http';
import type { Contact } from '../api/types';
import { applyContact, applyRow } from '../realtime/apply';
import { toastError } from '../ui/toast';
import type { Taker } from './assign-panel';

/** What is done with a conversation. Shown at once; taken back with a word when the server refuses. */
export function useConversationActions(contact: Contact) {
  const act = async (optimistic: Partial<Contact>, call: () => Promise<Contact>) => {
    applyRow({ ...contact, ...optimistic });
    try {
      applyContact(await call());
    } catch (error) {
      applyContact(contact);
      toastError(error);
    }
  };
  const params = { id: contact.id };
  const now = () => new Date().toISOString();
  return {
    // Which member of a team gets it, the server knows.
    assign: (to: Taker) =>
      act('user_id' in to ? { assignee_id: to.user_id } : {}, () =>
        // Who takes what nobody has must not take it from a colleague who was faster.
        post('/contacts/{id}/assign', {
          params,
          body: contact.assignee_id ? to : { ...to, from: '' },
        }),
      ),
    close: (note: { category?: string; summary?: string } = {}) =>
      act({ status: 'closed', status_since: now(), snoozed_until: null }, () =>
        post('/contacts/{id}/close', { params, body: note }),
      ),
    snooze: (until: Date) =>
      act({ status: 'snoozed', status_since: now(), snoozed_until: until.toISOString() }, () =>
        post('/contacts/{id}/snooze', { params, body: { until: until.toISOString() } }),
      ),
    unsnooze: () =>
      act({ status: 'open', status_since: now(), snoozed_until: null }, () =>
        post('/contacts/{id}/unsnooze', { params }),
      ),
    block: () => act({ blocked: true }, () => post('/contacts/{id}/block', { params })),
    unblock: () => act({ blocked: false }, () => post('/contacts/{id}/unblock', { params })),
    setBot: (on: boolean) =>
      act({ bot_on: on }, () => post('/contacts/{id}/bot', { params, body: { on } })),
    open: () =>
      act({ status: 'open', status_since: now() }, () => post('/contacts/{id}/open', { params })),
  };
}
