import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { inboxesQuery } from '../api/queries';

/** "(3) Bandeja": what waits for this person, or for anybody. */
export function useTabTitle() {
  const { data } = useQuery(inboxesQuery);
  const count = (data ?? [])
    .filter((i) => i.id === 'mine' || i.id === 'unassigned')
    .reduce((sum, i) => sum + i.unread, 0);
  useEffect(() => {
    document.title = count > 0 ? `(${count > 99 ? '99+' : count}) Bandeja` : 'Bandeja';
  }, [count]);
}
