import { useQuery } from '@tanstack/react-query';
import { type Ref, Suspense, useImperativeHandle, useState } from 'react';
import { closingQuery } from '../api/queries';
import type { Contact } from '../api/types';
import { useShortcuts } from '../frame/shortcuts';
import { t } from '../i18n';
import { lazyWithTexts } from '../i18n/lazy-with';
import { Icon } from '../ui/icon';
import { tip } from '../ui/tooltip';
import { consoleTexts } from './console-texts';

const CloseDialog = lazyWithTexts(() => import('./close-dialog'));

export interface CloseHandle {
  ask: () => void;
}

/**
 * Closes and opens. Where the workspace wants a closing note, closing asks for it;
 * where a note may be given, the arrow beside does.
 */
export function CloseButton({
  contact,
  onClose,
  onOpen,
  handle,
}: {
  contact: Contact;
  /** Lets a menu ask for the note where the arrow has no room. */
  handle?: Ref<CloseHandle>;
  onClose: (note?: { category?: string; summary?: string }) => void;
  onOpen: () => void;
}) {
  const { data: closing } = useQuery(closingQuery);
  const [asking, setAsking] = useState(false);
  const open = contact.status !== 'closed';
  const must = closing?.mode === 'category' || closing?.mode === 'both';
  const toggle = () => {
    if (!open) onOpen();
    else if (must) setAsking(true);
    else onClose();
  };
  const may = open && closing?.mode === 'optional';
  useImperativeHandle(handle, () => ({ ask: () => setAsking(true) }), []);
  useShortcuts({ e: toggle, ...(may && { 'Shift+E': () => setAsking(true) }) });
  return (
    <>
      <span className="inline-flex">
        <button
          type="button"
          className={`btn @max-[520px]:w-9 @max-[520px]:px-0 ${open ? 'btn-primary' : ''} ${may ? '@min-[521px]:rounded-r-none' : ''}`}
          aria-label={
            open ? consoleTexts.text.closeConversation : consoleTexts.text.openConversation
          }
          {...tip(
            open ? consoleTexts.text.closeConversation : consoleTexts.text.openConversation,
            'e',
          )}
          onClick={toggle}
        >
          <Icon name={open ? 'check' : 'messages'} size={16} strokeWidth={open ? 2.2 : 1.6} />
          <span className="@max-[520px]:hidden">
            {open ? t.closeShort : consoleTexts.text.openShort}
          </span>
        </button>
        {may && (
          <button
            type="button"
            className="btn btn-primary w-7 rounded-l-none border-l border-l-white/25 px-0 @max-[520px]:hidden"
            aria-label={consoleTexts.text.closeWithNote}
            {...tip(consoleTexts.text.closeWithNote, 'Shift+E')}
            onClick={() => setAsking(true)}
          >
            <Icon name="down" size={14} />
          </button>
        )}
      </span>
      {asking && closing && (
        <Suspense>
          <CloseDialog
            closing={closing}
            onCancel={() => setAsking(false)}
            onClose={(note) => {
              setAsking(false);
              onClose(note);
            }}
          />
        </Suspense>
      )}
    </>
  );
}
