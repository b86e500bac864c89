import { post } from '../api/http';
import type { Contact } from '../api/types';
import { applyContact, applyRow } from '../realtime/apply';
import { toastError } from '../ui/toast';

/** Assign, close, open. Shown at once; taken back with a word when the server refuses. */
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
    assign: (userId: string | null) =>
      act({ assignee_id: userId }, () =>
        post('/contacts/{id}/assign', { params, body: { user_id: userId } }),
      ),
    close: () =>
      act({ status: 'closed', status_since: now() }, () =>
        post('/contacts/{id}/close', { params }),
      ),
    open: () =>
      act({ status: 'open', status_since: now() }, () => post('/contacts/{id}/open', { params })),
  };
}
