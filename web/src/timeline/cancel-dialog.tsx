import { remove } from '../api/http';
import type { Scheduled } from '../api/types';
import { dropScheduled } from '../composer/restore';
import { composerTexts } from '../composer/texts';
import ConfirmDialog from '../settings/confirm-dialog';

/** Asks before a scheduled message is deleted. */
export default function CancelDialog({
  scheduled: s,
  onClose,
  onDone,
}: {
  scheduled: Scheduled;
  onClose: () => void;
  onDone: () => void;
}) {
  const x = composerTexts.text;
  return (
    <ConfirmDialog
      title={x.cancelTitle}
      text={x.cancelHelp}
      verb={x.cancel}
      refuse={x.keep}
      onConfirm={async () => {
        await remove('/contacts/{id}/scheduled/{scheduled}', {
          params: { id: s.contact_id, scheduled: s.id },
        });
        dropScheduled(s);
        onDone();
      }}
      onClose={onClose}
    />
  );
}
