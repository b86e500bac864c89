import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { ApiError, post, put, remove } from '../api/http';
import { useMe } from '../api/queries';
import type { TwoFactorSecret } from '../api/types';
import { FormProblem } from '../auth/form-problem';
import { t } from '../i18n';
import { Dialog } from '../ui/dialog';
import { fieldError, TextField } from '../ui/field';
import { toast } from '../ui/toast';
import { CopyField } from './copy-field';
import { RecoveryCodes } from './recovery-codes';
import { settingsTexts } from './texts';

export type TwoFactorTask = 'on' | 'off' | 'codes';

/** Turning the second factor on or off, and new recovery codes: a step at a time. */
export default function TwoFactorDialog({
  task,
  onClose,
}: {
  task: TwoFactorTask;
  onClose: () => void;
}) {
  const s = settingsTexts.text.factor;
  const settings = settingsTexts.text;
  const me = useMe();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [secret, setSecret] = useState<TwoFactorSecret | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const kept = useRef<HTMLButtonElement>(null);
  const errors = error instanceof ApiError ? error.errors : undefined;

  const step = async () => {
    if (task === 'off') {
      await remove('/me/two-factor', { body: { password, code } });
      toast(s.turnedOff);
      onClose();
    } else if (task === 'codes') {
      const answer = await post('/me/two-factor/recovery-codes', { body: { password, code } });
      setCodes(answer.recovery_codes);
    } else if (!secret) {
      setSecret(await post('/me/two-factor', { body: { password } }));
    } else {
      const answer = await put('/me/two-factor', { body: { code } });
      setCodes(answer.recovery_codes);
    }
  };
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await step();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };

  if (codes)
    return (
      // They are shown this once: neither Escape nor a click beside it loses them.
      <Dialog title={s.codesTitle} onClose={() => kept.current?.focus()} width={460}>
        <RecoveryCodes
          codes={codes}
          kept={kept}
          onKept={() => {
            onClose();
            // Not before: it would lie on the codes.
            if (task === 'on') toast(s.turnedOn);
          }}
        />
      </Dialog>
    );

  const passwordField = (
    <>
      {/* For password managers, which otherwise ask whose it is. */}
      <input type="text" autoComplete="username" value={me.user.email} readOnly hidden />
      <TextField
        label={settings.password}
        type="password"
        autoComplete="current-password"
        required
        data-autofocus
        value={password}
        onChange={(e) => setPassword(e.target.value)}
        error={fieldError(errors, 'password')}
      />
    </>
  );
  const codeField = (label: string, first = false) => (
    <TextField
      label={label}
      autoComplete="one-time-code"
      autoCapitalize="none"
      spellCheck={false}
      inputMode={first ? 'numeric' : 'text'}
      placeholder="123 456"
      required
      autoFocus={first}
      value={code}
      onChange={(e) => setCode(e.target.value)}
      error={fieldError(errors, 'code')}
    />
  );
  const frame = (title: string, verb: string, body: ReactNode, danger = false) => (
    <Dialog title={title} onClose={onClose} width={440}>
      <form onSubmit={submit} className="flex min-h-0 flex-col">
        <div className="grid gap-4 overflow-y-auto px-5 pb-5">
          {!errors?.length && <FormProblem error={error} />}
          {body}
        </div>
        <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
          <button type="button" className="btn" onClick={onClose}>
            {t.cancel}
          </button>
          <button
            type="submit"
            className={`btn ${danger ? 'btn-danger' : 'btn-primary'}`}
            disabled={busy}
          >
            {verb}
          </button>
        </footer>
      </form>
    </Dialog>
  );
  const help = (text: string) => <p className="text-muted">{text}</p>;

  if (task === 'off')
    return frame(
      s.offTitle,
      s.turnOff,
      <>
        {help(s.offHelp)}
        {passwordField}
        {codeField(s.anyCode)}
      </>,
      true,
    );
  if (task === 'codes')
    return frame(
      s.newCodesTitle,
      s.continue,
      <>
        {help(s.newCodesHelp)}
        {passwordField}
        {codeField(s.anyCode)}
      </>,
    );
  if (!secret)
    return frame(
      s.passwordTitle,
      s.continue,
      <>
        {help(s.passwordHelp)}
        {passwordField}
      </>,
    );
  return frame(
    s.scanTitle,
    s.confirm,
    <>
      {help(s.scanHelp)}
      {/* White in both themes: cameras want it so. */}
      <img
        src={secret.qr}
        alt={s.qr}
        className="mx-auto size-48 rounded-10 border border-line bg-white p-2 [image-rendering:pixelated]"
      />
      <CopyField label={s.secret} value={secret.secret.replace(/(.{4})(?=.)/g, '$1 ')} />
      {codeField(s.code, true)}
    </>,
  );
}
