import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { post } from '../api/http';
import { inboxesQuery, queryClient } from '../api/queries';
import type { InboxId } from '../api/types';

/** Takes the blue dot off an inbox while it is open and looked at. */
export function useInboxSeen(id: InboxId) {
  const { data } = useQuery(inboxesQuery);
  const news = data?.find((i) => i.id === id)?.news ?? false;
  const visible = useVisible();
  useEffect(() => {
    if (!news || !visible) return;
    queryClient.setQueryData(inboxesQuery.queryKey, (old) =>
      old?.map((i) => (i.id === id ? { ...i, news: false } : i)),
    );
    // Where this fails the dot is still there with the next counts.
    post('/inboxes/{inbox}/seen', { params: { inbox: id } }).catch(() => {});
  }, [id, news, visible]);
}

function useVisible() {
  const [visible, setVisible] = useState(document.visibilityState === 'visible');
  useEffect(() => {
    const change = () => setVisible(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', change);
    return () => document.removeEventListener('visibilitychange', change);
  }, []);
  return visible;
}
