import type { Contact, Message } from '../api/types';
import { shownText } from '../format/mentions';
import { t } from '../i18n';
import { consoleTexts } from '../timeline/console-texts';
import { Icon } from '../ui/icon';

export function ReplyBar({
  message,
  contact,
  onCancel,
}: {
  message: Message;
  contact: Contact;
  onCancel: () => void;
}) {
  const name = message.direction === 'incoming' ? contact.name : message.sender_name;
  return (
    <div className="flex items-center gap-2 px-3 pt-2.5">
      <div className="min-w-0 flex-1 border-l-[3px] border-accent pl-2.5">
        <p className="truncate text-12 font-semibold text-accent">
          {consoleTexts.text.replyingTo(name)}
        </p>
        <p className="truncate text-13 text-muted">
          {shownText(message.content) || t.kinds[message.content.kind]}
        </p>
      </div>
      <button
        type="button"
        aria-label={consoleTexts.text.cancelReply}
        className="btn-icon size-7"
        onClick={onCancel}
      >
        <Icon name="close" size={16} />
      </button>
    </div>
  );
}
