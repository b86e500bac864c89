import { useEffect, useRef, useState } from 'react';
import type { Contact, TimelineItem } from '../api/types';
import { t } from '../i18n';
import { consoleTexts } from './console-texts';

/** Reads new incoming messages of the open conversation to screen readers. */
export function LiveAnnouncer({ contact, items }: { contact: Contact; items: TimelineItem[] }) {
  const [words, setWords] = useState('');
  const seen = useRef<string | undefined>(undefined);
  const last = items.at(-1);
  useEffect(() => {
    const first = seen.current === undefined;
    if (!last || seen.current === last.id) return;
    seen.current = last.id;
    if (first || last.item !== 'message' || last.direction !== 'incoming') return;
    setWords(
      consoleTexts.text.newMessageFrom(
        contact.name,
        last.content.text || t.kinds[last.content.kind],
      ),
    );
  }, [last, contact.name]);
  return (
    <div aria-live="polite" className="sr-only">
      {words}
    </div>
  );
}
