import { post } from '../api/http';
import type { Contact } from '../api/types';
import { applyContact, applyRow } from '../realtime/apply';
import { toastError } from '../ui/toast';

/** Assign, close, open. Shown at once; taken back with a word when the server refuses. */
export function useConversationActions(contact: Contact) {
  const act = async (optimistic: Partial<Contact>, path: string, body?: unknown) => {
    applyRow({ ...contact, ...optimistic });
    try {
      applyContact(await post<Contact>(`/contacts/${contact.id}/${path}`, body));
    } catch (error) {
      applyContact(contact);
      toastError(error);
    }
  };
  const now = () => new Date().toISOString();
  return {
    assign: (userId: string | null) => act({ assignee_id: userId }, 'assign', { user_id: userId }),
    close: () => act({ status: 'closed', status_since: now() }, 'close'),
    open: () => act({ status: 'open', status_since: now() }, 'open'),
  };
}
