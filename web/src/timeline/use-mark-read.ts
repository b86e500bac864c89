import { useCallback, useEffect, useRef, useState } from 'react';
import { post } from '../api/http';
import type { Contact } from '../api/types';
import { applyRow, arrivals } from '../realtime/apply';
import { toastError } from '../ui/toast';

/** Marks a contact read while it is open in a focused window; returns the "mark as unread" action. */
export function useMarkRead(contact: Contact) {
  const [focused, setFocused] = useState(() => document.hasFocus());
  // After "mark as unread" the open contact stays so until something new comes.
  const kept = useRef(false);
  const busy = useRef(false);
  useEffect(() => {
    const update = () => setFocused(document.hasFocus() && document.visibilityState === 'visible');
    const arrived = (id: string) => {
      if (id === contact.id) kept.current = false;
    };
    window.addEventListener('focus', update);
    window.addEventListener('blur', update);
    document.addEventListener('visibilitychange', update);
    arrivals.add(arrived);
    return () => {
      window.removeEventListener('focus', update);
      window.removeEventListener('blur', update);
      document.removeEventListener('visibilitychange', update);
      arrivals.delete(arrived);
    };
  }, [contact.id]);
  useEffect(() => {
    if (!focused || contact.unread === 0 || kept.current || busy.current) return;
    busy.current = true;
    post('/contacts/{id}/read', { params: { id: contact.id } })
      .then(applyRow, () => {})
      .finally(() => {
        busy.current = false;
      });
  }, [focused, contact.unread, contact.id]);
  return useCallback(() => {
    const unread = contact.unread > 0;
    kept.current = !unread;
    post(unread ? '/contacts/{id}/read' : '/contacts/{id}/unread', {
      params: { id: contact.id },
    }).then(applyRow, toastError);
  }, [contact.id, contact.unread]);
}
