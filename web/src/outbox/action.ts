import { get, post } from '../api/http';
import type { Contact } from '../api/types';
import { applyContact } from '../realtime/apply';
import { consoleTexts } from '../timeline/console-texts';
import { toast, toastError } from '../ui/toast';
import type { Waiting } from './waiting';

/** Whom a contact goes to: a colleague, the member of a team who has the least to do, or nobody. */
export type Taker = { user_id: string | null } | { team_id: string };

/** What can be done with a conversation. */
export type Deed =
  | { do: 'assign'; body: Taker & { from?: string } }
  | { do: 'close'; body: { category?: string; summary?: string } }
  | { do: 'snooze'; body: { until: string } }
  | { do: 'bot'; body: { on: boolean } }
  | { do: 'open' | 'unsnooze' | 'block' | 'unblock' };

/** Something that was done with a conversation from here. */
export interface Action extends Waiting {
  kind: 'action';
  deed: Deed;
  /** When the contact had last written, as far as was known here. */
  incoming: string | null;
}

/** Does it on the server, and shows what came of it. */
export async function perform({ contactId, deed, incoming }: Action, late: boolean) {
  const params = { id: contactId };
  if (late && (deed.do === 'close' || deed.do === 'snooze')) {
    // Whoever wrote while nobody could know of it must not be put away unread.
    const contact = await get('/contacts/{id}', { params });
    if (contact.last_incoming_at !== incoming) {
      applyContact(contact);
      await consoleTexts.load();
      toast(consoleTexts.text.notDone[deed.do](contact.name), {
        detail: consoleTexts.text.wroteMeanwhile,
      });
      return;
    }
  }
  applyContact(await call(params, deed));
}

function call(params: { id: string }, deed: Deed): Promise<Contact> {
  switch (deed.do) {
    case 'assign':
      return post('/contacts/{id}/assign', { params, body: deed.body });
    case 'close':
      return post('/contacts/{id}/close', { params, body: deed.body });
    case 'snooze':
      return post('/contacts/{id}/snooze', { params, body: deed.body });
    case 'bot':
      return post('/contacts/{id}/bot', { params, body: deed.body });
    default:
      return post(`/contacts/{id}/${deed.do}`, { params });
  }
}

/** Takes back what was shown, with the server's words why. */
export async function takeBack({ contactId }: Action, error: unknown) {
  toastError(error);
  // One that can't be seen any more is gone from the screen already.
  await get('/contacts/{id}', { params: { id: contactId } }).then(applyContact, () => {});
}
