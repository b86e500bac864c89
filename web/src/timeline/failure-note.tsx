import { useState } from 'react';
import { post } from '../api/http';
import type { Message } from '../api/types';
import { t } from '../i18n';
import { discardOutgoing, retryOutgoing } from '../outbox/outbox';
import { Icon } from '../ui/icon';
import { toastError } from '../ui/toast';
import { changeMessage } from './change-message';
import { consoleTexts } from './console-texts';

// In the line, so that on a phone the words keep its width.
const button =
  '-my-1 me-3 inline-flex h-6 items-center rounded-6 font-semibold underline underline-offset-2';

/** Why a message didn't go, in the provider's words, and what can be done. */
export function FailureNote({ message }: { message: Message }) {
  const [busy, setBusy] = useState(false);
  const uncertain = message.status === 'uncertain';
  const pending = message.id.startsWith('pending:');
  const provider = [message.error?.title, message.error?.detail].filter(Boolean).join(': ');
  const words = uncertain
    ? consoleTexts.text.uncertainHelp
    : provider || consoleTexts.text.failedNoWords;
  const retry = async () => {
    if (pending) {
      retryOutgoing(message.client_ref);
      return;
    }
    setBusy(true);
    try {
      await changeMessage(message, () =>
        post('/contacts/{id}/messages/{message}/retry', {
          params: { id: message.contact_id, message: message.id },
        }),
      );
    } catch (error) {
      toastError(error, consoleTexts.text.sendFailed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div
      className={`mt-1 flex max-w-full items-start gap-1.5 text-12 ${uncertain ? 'text-amber-ink' : 'text-red'}`}
    >
      <Icon name={uncertain ? 'warning' : 'error'} size={14} className="mt-px" />
      <p className="min-w-0">
        <span className="font-semibold">
          {uncertain ? t.messageStatus.uncertain : t.messageStatus.failed}.
        </span>{' '}
        <span className="[overflow-wrap:anywhere]">{words}</span>{' '}
        {message.error?.code && <span>({message.error.code})</span>}{' '}
        {message.error?.final && !uncertain && <span>{consoleTexts.text.partFailed}</span>}{' '}
        <button type="button" disabled={busy} onClick={() => void retry()} className={button}>
          {uncertain || message.error?.final
            ? consoleTexts.text.retryAnyway
            : consoleTexts.text.retry}
        </button>
        {pending && (
          <button
            type="button"
            onClick={() => {
              discardOutgoing(message.client_ref);
              // The button goes away with the message: focus goes where writing goes on.
              document.querySelector<HTMLElement>('[data-composer]')?.focus();
            }}
            className={button}
          >
            {consoleTexts.text.discard}
          </button>
        )}
      </p>
    </div>
  );
}
