import { queryClient } from '../api/queries';
import type { Message } from '../api/types';
import { patchTimelines } from '../realtime/apply';
import { findItem, replaceUnchanged, type TimelineData } from './timeline-cache';

/** Runs a change of one message and shows its answer, unless newer news came by push meanwhile. */
export async function changeMessage(message: Message, call: () => Promise<Message>) {
  const cached = () =>
    queryClient
      .getQueriesData<TimelineData>({ queryKey: ['timeline', message.contact_id] })
      .flatMap(([, data]) => (data ? (findItem(data, message.id) ?? []) : []))[0];
  const before = cached();
  const after = await call();
  patchTimelines(message.contact_id, (data) => replaceUnchanged(data, before, after));
}
