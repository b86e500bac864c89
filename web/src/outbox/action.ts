import { ApiError, get, post } from '../api/http';
import { meQuery, queryClient } from '../api/queries';
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
  /** What was known here of the contact: when it had last written, and whose it was. */
  seen: Pick<Contact, 'last_incoming_at' | 'assignee_id'>;
}

/** Does it on the server, shows what came of it, and gives the contact as it is then; nothing where it was left undone. */
export async function perform({ contactId, deed, seen }: Action, late: boolean) {
  const params = { id: contactId };
  if (late && (deed.do === 'close' || deed.do === 'snooze' || deed.do === 'assign')) {
    const contact = await get('/contacts/{id}', { params });
    // Whoever wrote while nobody could know of it must not be put away unread, and what
    // a colleague has taken since is theirs.
    const otherwise =
      deed.do === 'assign'
        ? contact.assignee_id !== seen.assignee_id && contact.assignee_id !== myId()
        : contact.last_incoming_at !== seen.last_incoming_at;
    if (otherwise) {
      applyContact(contact);
      await consoleTexts.load();
      const { notDone, takenMeanwhile, wroteMeanwhile } = consoleTexts.text;
      toast(notDone[deed.do](contact.name), {
        detail: deed.do === 'assign' ? takenMeanwhile : wroteMeanwhile,
      });
      return;
    }
  }
  const contact = await call(params, deed);
  applyContact(contact);
  return contact;
}

const myId = () => queryClient.getQueryData(meQuery.queryKey)?.user.id;

function call(params: { id: string }, deed: Deed): Promise<Contact> {
  switch (deed.do) {
    case 'assign':
      return assign(params, deed.body);
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

async function assign(params: { id: string }, body: Taker & { from?: string }) {
  try {
    return await post('/contacts/{id}/assign', { params, body });
  } catch (error) {
    // Nobody's then, one's own now: the answer that was written just before has taken it.
    const taken = error instanceof ApiError && error.status === 409 && body.from === '';
    const from = myId();
    if (!taken || !from) throw error;
    return post('/contacts/{id}/assign', { params, body: { ...body, from } });
  }
}

/** Takes back what was shown, with the server's words why. */
export async function takeBack({ contactId }: Action, error: unknown) {
  toastError(error);
  // One that can't be seen any more is gone from the screen already.
  await get('/contacts/{id}', { params: { id: contactId } }).then(applyContact, () => {});
}
