import { useState } from 'react';
import { t } from '../i18n';
import { Dialog } from '../ui/dialog';
import { toastError } from '../ui/toast';

/** Says what will be lost, with the verb on the button. */
export default function ConfirmDialog({
  title,
  text,
  verb,
  refuse = t.cancel,
  tone = 'btn-danger',
  onConfirm,
  onClose,
}: {
  title: string;
  text: string;
  verb: string;
  /** Where "Cancel" could be taken for the deed itself. */
  refuse?: string;
  /** Where nothing is lost that can't be had back. */
  tone?: 'btn-danger' | 'btn-primary';
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      toastError(error);
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose} width={440}>
      <p className="px-5 pb-5 text-muted">{text}</p>
      <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
        <button type="button" data-autofocus className="btn" onClick={onClose}>
          {refuse}
        </button>
        <button
          type="button"
          className={`btn ${tone}`}
          disabled={busy}
          onClick={() => void confirm()}
        >
          {verb}
        </button>
      </footer>
    </Dialog>
  );
}
