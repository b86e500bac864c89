import { type FormEvent, useState } from 'react';
import { ApiError, post } from '../api/http';
import { newKey } from '../api/key';
import { useMe } from '../api/queries';
import type { Language, SentInvitation } from '../api/types';
import { FormProblem } from '../auth/form-problem';
import { t } from '../i18n';
import { Dialog } from '../ui/dialog';
import { Field, fieldError, TextField } from '../ui/field';
import { type Access, newAccess } from './access';
import { AccessFields } from './access-fields';
import { InvitationReady } from './invitation-ready';
import { noteInvitation } from './invitations';
import { settingsTexts } from './texts';

/** Asks somebody in, with the access they will have; then shows the link. */
export default function InviteDialog({ onClose }: { onClose: () => void }) {
  const s = settingsTexts.text.invitations;
  const me = useMe();
  const [email, setEmail] = useState('');
  const [access, setAccess] = useState<Access>(newAccess);
  const [language, setLanguage] = useState<Language>(me.workspace.language);
  const [key] = useState(newKey);
  const [sent, setSent] = useState<SentInvitation | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const errors = error instanceof ApiError ? error.errors : undefined;
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const { role, visibility, restrictions, team_ids } = access;
      const answer = await post('/invitations', {
        body: { email: email.trim(), role, visibility, restrictions, team_ids, language },
        headers: { 'Idempotency-Key': key },
      });
      noteInvitation(answer.invitation.id, answer.invitation);
      setSent(answer);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  if (sent)
    return (
      <Dialog title={s.readyTitle} onClose={onClose} width={520}>
        <InvitationReady sent={sent} onClose={onClose} />
      </Dialog>
    );
  return (
    <Dialog title={s.inviteTitle} onClose={onClose} width={520}>
      <form onSubmit={submit} className="flex min-h-0 flex-col">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-5 overflow-y-auto px-5 pb-5">
          {!errors?.length && <FormProblem error={error} />}
          <TextField
            label={s.email}
            type="email"
            required
            data-autofocus
            autoComplete="off"
            value={email}
            onChange={(e) => setEmail(e.target.value)}
            error={fieldError(errors, 'email')}
          />
          <AccessFields access={access} onChange={setAccess} />
          <Field label={s.language}>
            {(a) => (
              <select
                className="input"
                {...a}
                value={language}
                onChange={(e) => setLanguage(e.target.value as Language)}
              >
                <option value="es">Español</option>
                <option value="en">English</option>
              </select>
            )}
          </Field>
        </div>
        <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
          <button type="button" className="btn" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="submit" className="btn btn-primary" disabled={busy || !email.trim()}>
            {busy ? s.creating : s.create}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
