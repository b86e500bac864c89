import { useEffect, useRef } from 'react';
import type { SentInvitation } from '../api/types';
import { useNow } from '../format/use-now';
import { Icon } from '../ui/icon';
import { CopyField } from './copy-field';
import { settingsTexts } from './texts';
import { until } from './until';

/** The link of an invitation, mailed or not: whoever invites may pass it on too. */
export function InvitationReady({ sent, onClose }: { sent: SentInvitation; onClose: () => void }) {
  const { invitations: s, done: doneWord } = settingsTexts.text;
  const now = useNow();
  const done = useRef<HTMLButtonElement>(null);
  // It may take the place of a form in which the focus was.
  useEffect(() => done.current?.focus(), []);
  const { email, expires_at } = sent.invitation;
  return (
    <>
      <div className="grid gap-4 overflow-y-auto px-5 pb-5">
        <p role="status" className="flex items-start gap-2">
          <Icon
            name={sent.mailed ? 'mail' : 'warning'}
            className={`mt-px ${sent.mailed ? 'text-accent' : 'text-amber-ink'}`}
          />
          {sent.mailed ? s.mailed(email) : s.notMailed(email)}
        </p>
        <CopyField
          label={s.link}
          value={sent.link}
          help={`${s.linkHelp(until(expires_at, now))} ${s.linkOnce}`}
        />
      </div>
      <footer className="flex justify-end border-t border-line px-5 py-3">
        <button
          ref={done}
          type="button"
          data-autofocus
          className="btn btn-primary"
          onClick={onClose}
        >
          {doneWord}
        </button>
      </footer>
    </>
  );
}
