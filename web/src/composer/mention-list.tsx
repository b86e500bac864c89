import { useEffect, useRef } from 'react';
import type { User } from '../api/types';
import { extraTexts } from '../i18n/lazy-with';
import { consoleTexts } from '../timeline/console-texts';
import { Avatar } from '../ui/avatar';
import { Icon } from '../ui/icon';

/** Whom a comment can name; the box below it keeps the focus. */
export default function MentionList({
  users,
  at,
  me,
  sees,
  onPoint,
  onPick,
}: {
  users: User[];
  at: number;
  me: string;
  sees: (u: User) => boolean;
  onPoint: (i: number) => void;
  onPick: (u: User) => void;
}) {
  const x = extraTexts.text;
  const current = useRef<HTMLDivElement>(null);
  useEffect(() => {
    current.current?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  return (
    <div
      id="mentions"
      role="listbox"
      aria-label={x.mention}
      className="menu absolute bottom-full left-0 mb-1.5 max-h-60 w-[min(320px,100%)] overflow-y-auto"
    >
      {users.map((u, i) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the text box has the keys
        <div
          key={u.id}
          ref={i === at ? current : undefined}
          id={`mention-${u.id}`}
          role="option"
          tabIndex={-1}
          aria-selected={i === at}
          className="menu-item"
          onPointerMove={() => onPoint(i)}
          onPointerDown={(e) => e.preventDefault()}
          onClick={() => onPick(u)}
        >
          <Avatar who={u} size={24} />
          <span className="min-w-0 flex-1 truncate">
            {u.name}
            {u.id === me && <span className="text-faint"> ({consoleTexts.text.youInside})</span>}
          </span>
          {!sees(u) && (
            <span className="flex items-center gap-1 text-12 text-muted">
              <Icon name="block" size={14} />
              {x.wontBeNotified}
            </span>
          )}
        </div>
      ))}
    </div>
  );
}
