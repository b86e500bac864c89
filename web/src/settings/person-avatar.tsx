import type { User } from '../api/types';
import { t } from '../i18n';
import { useActivity } from '../realtime/presence';
import { Avatar } from '../ui/avatar';

/** A colleague with the dot that says whether they are there. */
export function PersonAvatar({ user, size = 36 }: { user: User; size?: number }) {
  const activity = useActivity()(user);
  const colour = {
    online: 'bg-green',
    busy: 'bg-amber-ink',
    offline: 'bg-surface ring-[1.5px] ring-line-strong ring-inset',
  }[activity];
  return (
    <span className="relative inline-flex shrink-0 self-start">
      <Avatar who={user} size={size} />
      <span
        className={`absolute -right-0.5 -bottom-0.5 size-3 rounded-full border-2 border-surface ${colour}`}
      />
      <span className="sr-only">{t.activity[activity]}</span>
    </span>
  );
}
