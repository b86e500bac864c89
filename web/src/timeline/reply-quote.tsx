import type { Contact, Message } from '../api/types';
import { t } from '../i18n';
import { consoleTexts } from './console-texts';

/** The message that is answered; a click goes to it. */
export function ReplyQuote({
  quote,
  contact,
  onGoTo,
}: {
  quote: NonNullable<Message['reply_to']>;
  contact: Contact;
  onGoTo: (id: string) => void;
}) {
  const inside = (
    <>
      <span className="block truncate text-12 font-semibold text-accent">
        {quote.sender_name || (quote.direction === 'incoming' ? contact.name : t.you)}
      </span>
      <span className="line-clamp-2 text-13 text-muted [overflow-wrap:anywhere]">
        {quote.text || (quote.id ? t.kinds[quote.kind] : consoleTexts.text.originalGone)}
      </span>
    </>
  );
  const className = 'mb-1.5 block w-full min-w-0 border-l-[3px] border-accent pl-2.5 text-left';
  return quote.id ? (
    <button type="button" className={className} onClick={() => onGoTo(quote.id!)}>
      <span className="sr-only">{consoleTexts.text.goToOriginal}: </span>
      {inside}
    </button>
  ) : (
    <div className={className}>{inside}</div>
  );
}
