import type { InboxId } from '../api/types';
import type { IconName } from '../ui/icon';

export const inboxIcons: Record<InboxId, IconName> = {
  all: 'inbox',
  mine: 'user',
  unassigned: 'unassigned',
};
export const inboxIds: InboxId[] = ['all', 'mine', 'unassigned'];
