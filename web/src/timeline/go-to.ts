import type { useNavigate } from '@tanstack/react-router';
import { get } from '../api/http';

/**
 * Shows the timeline from a moment on. False where nothing was written since: what is
 * last is shown then.
 */
export async function goTo(
  navigate: ReturnType<typeof useNavigate>,
  contactId: string,
  at: string,
): Promise<boolean> {
  const { items } = await get('/contacts/{id}/messages', {
    params: { id: contactId },
    query: { at, limit: 2 },
  });
  const found = items.find((i) => Date.parse(i.at) >= Date.parse(at));
  const m = (found ?? items.at(-1))?.id;
  if (m) void navigate({ to: '.', search: (old: object) => ({ ...old, m }) });
  return found !== undefined || !m;
}
