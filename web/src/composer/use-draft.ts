import { useEffect, useRef } from 'react';
import { ApiError, put } from '../api/http';
import { queryClient } from '../api/queries';
import type { Contact } from '../api/types';

type Written = { text: string; comment: boolean };

/** What no draft equals: it isn't known what the server has. */
const unknown = '\0';

// A draft is its words and whom they are for.
const mark = ({ text, comment }: Written) => text && (comment ? 'c' : 'r') + text;

// What the server hasn't taken yet waits here: a page may be reloaded before its last words
// have arrived, a session may end, a network may be gone.
const leftKey = (contactId: string, userId: string) => `bandeja.draft.${userId}.${contactId}`;

/** What a user has begun to write to a contact, as this tab or the server knows it. */
export function begunDraft(contact: Contact, userId: string): Written & { saved: string } {
  const left = sessionStorage.getItem(leftKey(contact.id, userId));
  if (left) return { ...JSON.parse(left), saved: unknown };
  const { text = '', comment = false } = contact.draft ?? {};
  return { text, comment, saved: mark({ text, comment }) };
}

/** Stores a draft, here until the server has it. It fails where that couldn't be told. */
export async function storeDraft(
  contactId: string,
  userId: string,
  draft: Written,
  keepalive = false,
) {
  const key = leftKey(contactId, userId);
  const kept = JSON.stringify(draft);
  try {
    sessionStorage.setItem(key, kept);
  } catch {
    // Full or forbidden: then it is on its way alone.
  }
  queryClient.setQueryData<Contact>(
    ['contact', contactId],
    (old) =>
      old && {
        ...old,
        draft: draft.text ? { ...draft, updated_at: new Date().toISOString() } : null,
      },
  );
  const settled = () => {
    if (sessionStorage.getItem(key) === kept) sessionStorage.removeItem(key);
  };
  try {
    await put('/contacts/{id}/draft', { params: { id: contactId }, body: draft, keepalive });
    settled();
  } catch (error) {
    // What is refused for good needn't wait.
    if (error instanceof ApiError && !error.transient && error.status !== 401) settled();
    throw error;
  }
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
    if (mark({ text, comment }) === saved.current) return;
    const timer = window.setTimeout(() => save(false), 800);
    return () => clearTimeout(timer);
  });
  useEffect(() => {
    const leave = () => save(true);
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      leave();
    };
  }, []);

  function save(keepalive: boolean) {
    const now = latest.current;
    if (mark(now) === saved.current) return;
    saved.current = mark(now);
    // Losing a draft's last words is no reason to disturb anybody.
    storeDraft(id, userId, now, keepalive).catch(() => {
      saved.current = unknown;
    });
  }
}
