import { Suspense, useRef } from 'react';
import type { Contact } from '../api/types';
import { momentOf } from '../format/time';
import { useShortcuts } from '../frame/shortcuts';
import { t } from '../i18n';
import { lazyWithTexts } from '../i18n/lazy-with';
import { Icon } from '../ui/icon';
import { PopoverButton, type PopoverHandle } from '../ui/popover';
import { PanelSkeleton } from '../ui/states';
import { tip } from '../ui/tooltip';
import { consoleTexts } from './console-texts';

const SnoozePanel = lazyWithTexts(() => import('./snooze-panel'));

/** The alarm clock: choose until when; while it runs, one click brings the contact back. */
export function SnoozeButton({
  contact,
  onSnooze,
  onUnsnooze,
}: {
  contact: Contact;
  onSnooze: (until: Date) => void;
  onUnsnooze: () => void;
}) {
  const handle = useRef<PopoverHandle>(null);
  const snoozed = contact.status === 'snoozed';
  useShortcuts({ z: () => (snoozed ? onUnsnooze() : handle.current?.open()) });
  if (snoozed) {
    const label = contact.snoozed_until
      ? `${consoleTexts.text.unsnooze} (${consoleTexts.text.snoozedUntil(momentOf(contact.snoozed_until))})`
      : consoleTexts.text.unsnooze;
    return (
      <button
        type="button"
        className="btn-icon text-accent"
        aria-label={label}
        {...tip(label, 'z')}
        onClick={onUnsnooze}
      >
        <Icon name="clockOff" />
      </button>
    );
  }
  return (
    <PopoverButton
      handle={handle}
      label={t.snooze}
      className="btn-icon aria-expanded:bg-hover"
      attributes={tip(t.snooze, 'z')}
      content={(close) => (
        <Suspense fallback={<PanelSkeleton className="w-80" />}>
          <SnoozePanel
            onPick={(until) => {
              close();
              onSnooze(until);
            }}
          />
        </Suspense>
      )}
    >
      <Icon name="alarm" />
    </PopoverButton>
  );
}
