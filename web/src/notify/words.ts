import type { Notice } from '../api/types';
import { formatPhone } from '../format/phone';
import { t } from '../i18n';
import { notifyTexts } from './texts';

/** "Laura mentioned you", and what was written. */
export function wordsOf(n: Notice) {
  const what = notifyTexts.text.what[n.kind](n.user_name, n.count);
  const text =
    n.text || (n.content_kind && n.content_kind !== 'text' ? t.kinds[n.content_kind] : '');
  return { name: formatPhone(n.contact.name), what, text };
}

/** The inbox in which the contact of a notification is looked for. */
export function inboxOf(n: Notice, inboxes: string[]) {
  const wanted =
    n.kind === 'message_unassigned'
      ? 'unassigned'
      : n.kind === 'message_mine' || n.kind === 'assigned_to_me'
        ? 'mine'
        : 'all';
  return inboxes.includes(wanted) ? wanted : 'mine';
}

export const badge = (count: number) => (count > 99 ? '99+' : String(count));
