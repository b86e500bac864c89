import { ApiError, get, post } from '../api/http';
import { meQuery, queryClient } from '../api/queries';
import type { Contact } from '../api/types';
import { applyContact } from '../realtime/apply';
import { consoleTexts } from '../timeline/console-texts';
import { toast, toastError } from '../ui/toast';
import { patience, type Waiting } from './waiting';

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

/**
 * Does it on the server, shows what came of it, and gives the contact as it is then. What
 * has waited is left undone, with a word, where others have gone on meanwhile, or where it
 * has waited so `long` that nobody counts on it; then it gives nothing.
 */
export async function perform(action: Action, since: 'now' | 'a while' | 'long') {
  const { contactId, deed } = action;
  const params = { id: contactId };
  if (since === 'long' || (since === 'a while' && isTouchy(deed))) {
    const contact = await get('/contacts/{id}', { params });
    const why = since === 'long' ? 'notDoneLate' : objection(action, contact);
    if (why) {
      applyContact(contact);
      await consoleTexts.load();
      const { text } = consoleTexts;
      if (!isSo(deed, contact)) toast(text.notDone[deed.do](contact.name), { detail: text[why] });
      return;
    }
  }
  const contact = await call(params, deed);
  applyContact(contact);
  return contact;
}

const isTouchy = (deed: Deed) =>
  deed.do === 'close' || deed.do === 'snooze' || deed.do === 'assign';

/**
 * What speaks against doing it late: whoever wrote while nobody could know of it must not be
 * put away unread, and what a colleague has taken since is theirs.
 */
function objection({ deed, seen }: Action, contact: Contact) {
  if (deed.do !== 'assign')
    return contact.last_incoming_at !== seen.last_incoming_at ? 'wroteMeanwhile' : undefined;
  const taken = contact.assignee_id !== seen.assignee_id && contact.assignee_id !== myId();
  return taken ? 'takenMeanwhile' : undefined;
}

/** Whether a contact is as a deed would have it. */
function isSo(deed: Deed, contact: Contact) {
  switch (deed.do) {
    case 'assign':
      return 'user_id' in deed.body && deed.body.user_id === contact.assignee_id;
    case 'bot':
      return deed.body.on === contact.bot_on;
    case 'block':
      return contact.blocked;
    case 'unblock':
      return !contact.blocked;
    default:
      return (
        contact.status ===
        { close: 'closed', snooze: 'snoozed', open: 'open', unsnooze: 'open' }[deed.do]
      );
  }
}

const myId = () => queryClient.getQueryData(meQuery.queryKey)?.user.id;

function call(params: { id: string }, deed: Deed): Promise<Contact> {
  const signal = patience();
  switch (deed.do) {
    case 'assign':
      return assign(params, deed.body);
    case 'close':
      return post('/contacts/{id}/close', { params, body: deed.body, signal });
    case 'snooze':
      return post('/contacts/{id}/snooze', { params, body: deed.body, signal });
    case 'bot':
      return post('/contacts/{id}/bot', { params, body: deed.body, signal });
    default:
      return post(`/contacts/{id}/${deed.do}`, { params, signal });
  }
}

async function assign(params: { id: string }, body: Taker & { from?: string }) {
  try {
    return await post('/contacts/{id}/assign', { params, body, signal: patience() });
  } catch (error) {
    // Nobody's then, one's own now: the answer that was written just before has taken it.
    const taken = error instanceof ApiError && error.status === 409 && body.from === '';
    const from = myId();
    if (!taken || !from) throw error;
    return post('/contacts/{id}/assign', { params, body: { ...body, from }, signal: patience() });
  }
}

/** Takes back what was shown, with the server's words why. */
export async function takeBack({ contactId }: Action, error: unknown) {
  toastError(error);
  // One that can't be seen any more is gone from the screen already.
  await get('/contacts/{id}', { params: { id: contactId } }).then(applyContact, () => {});
}
