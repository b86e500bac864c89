import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { Contact } from '../api/types';
import { composerTexts } from '../composer/texts';
import { t } from '../i18n';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { toast, toastError } from '../ui/toast';
import { goTo } from './go-to';
import { momentAt, wallTime } from './wall-clock';

/** Goes to the first thing on the timeline from a day on. */
export default function DateDialog({
  contact,
  onClose,
}: {
  contact: Contact;
  onClose: () => void;
}) {
  const x = composerTexts.text;
  const navigate = useNavigate();
  const today = wallTime(new Date()).slice(0, 10);
  const [day, setDay] = useState(today);
  const [busy, setBusy] = useState(false);
  const go = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    // The day as the timeline's lines between days have it.
    const at = momentAt(`${day}T00:00`).toISOString();
    try {
      if (!(await goTo(navigate, contact.id, at))) toast(x.nothingThen);
      onClose();
    } catch (error) {
      toastError(error);
      setBusy(false);
    }
  };
  return (
    <Dialog title={x.goToDate} onClose={onClose} width={360}>
      <form onSubmit={go}>
        <div className="px-5 pb-5">
          <Field label={x.date}>
            {(a) => (
              <input
                type="date"
                data-autofocus
                required
                max={today}
                className="input"
                {...a}
                value={day}
                onChange={(e) => setDay(e.target.value)}
              />
            )}
          </Field>
        </div>
        <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
          <button type="button" className="btn" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="submit" className="btn btn-primary" disabled={busy || !day}>
            {x.go}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
