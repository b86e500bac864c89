import { useEffect, useRef } from 'react';
import { put } from '../api/http';
import { queryClient } from '../api/queries';
import type { Contact } from '../api/types';

type Written = { text: string; comment: boolean };

/** What no text equals: it isn't known what the server has. */
const unknown = '\0';

// A page that is reloaded asks for the contact before its last words have arrived.
const leftKey = (contactId: string, userId: string) => `bandeja.draft.${userId}.${contactId}`;

/** What a user has begun to write to a contact, as this tab or the server knows it. */
export function begunDraft(contact: Contact, userId: string): Written & { saved: string } {
  const left = sessionStorage.getItem(leftKey(contact.id, userId));
  if (left) return { ...JSON.parse(left), saved: unknown };
  const { text = '', comment = false } = contact.draft ?? {};
  return { text, comment, saved: text };
}

/** Keeps what is being written on the server, so it is there on the next device too. */
export function useDraft(
  contact: Contact,
  userId: string,
  begun: { saved: string },
  text: string,
  comment: boolean,
) {
  const saved = useRef(begun.saved);
  const latest = useRef({ text, comment });
  latest.current = { text, comment };
  const id = contact.id;

  useEffect(() => {
    if (text === saved.current) return;
    const timer = window.setTimeout(() => save(false), 800);
    return () => clearTimeout(timer);
  });
  useEffect(() => {
    const key = leftKey(id, userId);
    const back = () => sessionStorage.removeItem(key);
    const leave = () => {
      if (save(true)) sessionStorage.setItem(key, JSON.stringify(latest.current));
    };
    back();
    window.addEventListener('pageshow', back);
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pageshow', back);
      window.removeEventListener('pagehide', leave);
      save(true);
    };
  }, []);

  function save(keepalive: boolean) {
    const now = latest.current;
    if (now.text === saved.current) return false;
    saved.current = now.text;
    queryClient.setQueryData<Contact>(
      ['contact', id],
      (old) =>
        old && {
          ...old,
          draft: now.text ? { ...now, updated_at: new Date().toISOString() } : null,
        },
    );
    // Losing a draft's last words is no reason to disturb anybody.
    put('/contacts/{id}/draft', { params: { id }, body: now, keepalive }).catch(() => {
      saved.current = unknown;
    });
    return true;
  }
}
