import { useEffect, useRef } from 'react';
import { put } from '../api/http';
import { queryClient } from '../api/queries';
import type { Contact } from '../api/types';

/** Keeps what is being written on the server, so it is there on the next device too. */
export function useDraft(contact: Contact, text: string, comment: boolean) {
  const saved = useRef(contact.draft?.text ?? '');
  const latest = useRef({ text, comment });
  latest.current = { text, comment };
  const id = contact.id;

  useEffect(() => {
    if (text === saved.current) return;
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
    if (now.text === saved.current) return;
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
      saved.current = '\0';
    });
  }
}
