import { contactQuery, queryClient, teamsQuery, useMe, usersQuery } from '../api/queries';
import type { Contact } from '../api/types';
import { momentOf } from '../format/time';
import { t } from '../i18n';
import type { Deed, Taker } from '../outbox/action';
import { act } from '../outbox/outbox';
import { applyRow } from '../realtime/apply';
import { toast } from '../ui/toast';
import { consoleTexts } from './console-texts';

/**
 * What is done with a conversation. Shown at once, and done as soon as the server can
 * be reached; taken back with a word when it refuses.
 */
export function useConversationActions(contact: Contact) {
  const me = useMe();
  const now = () => new Date().toISOString();
  const run = (shown: Partial<Contact>, deed: Deed) => {
    // As it is by now: undoing comes some seconds later.
    const latest = queryClient.getQueryData(contactQuery(contact.id).queryKey) ?? contact;
    applyRow({ ...latest, ...shown });
    const { last_incoming_at, assignee_id } = latest;
    act({ contactId: contact.id, deed, seen: { last_incoming_at, assignee_id } });
  };
  const undoable = (text: string, undo: () => void) =>
    toast(text, { action: { label: t.undo, run: undo } });
  const actions = {
    // Which member of a team gets it, the server knows.
    assign: (to: Taker) => {
      const shown = 'user_id' in to ? { assignee_id: to.user_id } : {};
      // Who takes what nobody has must not take it from a colleague who was faster.
      const body = contact.assignee_id ? to : { ...to, from: '' };
      run(shown, { do: 'assign', body });
      // Who gives away what they may not see then can't take it back.
      if (('user_id' in to && to.user_id === me.user.id) || me.user.visibility !== 'all') return;
      const back = { user_id: contact.assignee_id };
      undoable(consoleTexts.text.givenTo(takerName(to)), () =>
        run({ assignee_id: contact.assignee_id }, { do: 'assign', body: back }),
      );
    },
    close: (note: { category?: string; summary?: string } = {}) =>
      run(
        { status: 'closed', status_since: now(), snoozed_until: null },
        { do: 'close', body: note },
      ),
    open: () => run({ status: 'open', status_since: now() }, { do: 'open' }),
    snooze: (until: Date) => {
      run(
        { status: 'snoozed', status_since: now(), snoozed_until: until.toISOString() },
        { do: 'snooze', body: { until: until.toISOString() } },
      );
      if (contact.status === 'open')
        undoable(consoleTexts.text.putOff(momentOf(until.toISOString())), actions.unsnooze);
    },
    unsnooze: () =>
      run({ status: 'open', status_since: now(), snoozed_until: null }, { do: 'unsnooze' }),
    block: () => {
      run({ blocked: true }, { do: 'block' });
      undoable(consoleTexts.text.blockedNow(contact.name), actions.unblock);
    },
    unblock: () => run({ blocked: false }, { do: 'unblock' }),
    setBot: (on: boolean) => run({ bot_on: on }, { do: 'bot', body: { on } }),
  };
  return actions;
}

function takerName(to: Taker) {
  if (!('user_id' in to))
    return queryClient.getQueryData(teamsQuery.queryKey)?.find((x) => x.id === to.team_id)?.name;
  return queryClient.getQueryData(usersQuery.queryKey)?.find((u) => u.id === to.user_id)?.name;
}
