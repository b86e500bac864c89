import { useEffect, useRef } from 'react';
import { post } from '../api/http';

/** Tells the team that somebody is writing, and the contact unless it is a comment: at most every 4 s. */
export function useTypingSignal(contactId: string) {
  const last = useRef(0);
  const off = useRef(0);
  const send = (on: boolean, comment = false) => {
    last.current = on ? Date.now() : 0;
    post('/contacts/{id}/typing', { params: { id: contactId }, body: { on, comment } }).catch(
      () => {},
    );
  };
  const stop = () => {
    clearTimeout(off.current);
    if (last.current) send(false);
  };
  // Only when the contact is left.
  useEffect(() => stop, [contactId]);
  return {
    typed: (comment: boolean) => {
      if (Date.now() - last.current > 4000) send(true, comment);
      clearTimeout(off.current);
      off.current = window.setTimeout(stop, 6000);
    },
    stop,
  };
}
