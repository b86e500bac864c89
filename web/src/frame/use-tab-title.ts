import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { noticeCountQuery } from '../notify/queries';

/** "(3) Bandeja": as many as the bell shows. */
export function useTabTitle() {
  const { data: count = 0 } = useQuery(noticeCountQuery);
  useEffect(() => {
    document.title = count > 0 ? `(${count > 99 ? '99+' : count}) Bandeja` : 'Bandeja';
  }, [count]);
}
