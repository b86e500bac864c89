import { type FormEvent, Suspense, useState } from 'react';
import { ApiError, patch, put } from '../api/http';
import { meQuery, queryClient, useMe } from '../api/queries';
import type { Me } from '../api/types';
import { FormProblem } from '../auth/form-problem';
import { adoptMe } from '../auth/session';
import { timezones } from '../auth/timezones';
import { t } from '../i18n';
import { lazyWithNotifyTexts } from '../notify/texts';
import { Field, fieldError, TextField } from '../ui/field';
import { toast, toastError } from '../ui/toast';
import { PictureField } from './picture-field';
import { Sessions } from './sessions';
import { Section, SettingsPage } from './settings-page';
import { settingsTexts } from './texts';
import { TwoFactor } from './two-factor';

const NotifyPreferences = lazyWithNotifyTexts(() => import('../notify/preferences'));

export default function ProfilePage() {
  const s = settingsTexts.text;
  const me = useMe();
  const [name, setName] = useState(me.user.name);
  const change = (values: Partial<Me['user']>) => {
    void adoptMe({ ...me, user: { ...me.user, ...values } });
    return patch('/me', { body: values }).then(
      async (now) => {
        await adoptMe(now);
        return true;
      },
      async (error) => {
        // Others may have been changed meanwhile.
        const now = queryClient.getQueryData(meQuery.queryKey) ?? me;
        const before = Object.fromEntries(
          Object.keys(values).map((k) => [k, me.user[k as keyof typeof values]]),
        );
        await adoptMe({ ...now, user: { ...now.user, ...before } });
        toastError(error, t.updateFailed);
        return false;
      },
    );
  };
  const select = (
    label: string,
    value: string,
    options: [string, string][],
    onChange: (value: string) => void,
    help?: string,
  ) => (
    <Field label={label} help={help}>
      {(a) => (
        <select className="input" {...a} value={value} onChange={(e) => onChange(e.target.value)}>
          {options.map(([v, l]) => (
            <option key={v} value={v}>
              {l}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
  return (
    <SettingsPage title={t.profile} help={s.profileHelp}>
      <PictureField />
      <form
        className="mt-5 flex max-w-[420px] items-end gap-2"
        onSubmit={(e) => {
          e.preventDefault();
          void change({ name: name.trim() }).then((done) => done && toast(s.saved));
        }}
      >
        <div className="flex-1">
          <TextField
            label={s.name}
            required
            value={name}
            onChange={(e) => setName(e.target.value)}
          />
        </div>
        <button
          type="submit"
          className="btn h-9"
          disabled={name.trim() === me.user.name || !name.trim()}
        >
          {t.save}
        </button>
      </form>
      <Section title={s.preferences}>
        <div className="grid max-w-[420px] gap-4">
          {select(
            s.language,
            me.user.language,
            [
              ['es', 'Español'],
              ['en', 'English'],
            ],
            (v) => void change({ language: v as 'es' | 'en' }),
          )}
          {select(
            s.theme,
            me.user.theme,
            [
              ['system', t.themeSystem],
              ['light', t.themeLight],
              ['dark', t.themeDark],
            ],
            (v) => void change({ theme: v as Me['user']['theme'] }),
          )}
          {select(
            s.sendKey,
            me.user.send_key,
            [
              ['enter', s.sendEnter],
              ['ctrl_enter', s.sendCtrl],
            ],
            (v) => void change({ send_key: v as Me['user']['send_key'] }),
          )}
          {select(
            s.undoSend,
            String(me.user.undo_send),
            [0, 5, 10, 20, 30].map((n) => [String(n), n ? s.undoSeconds(n) : s.undoOff]),
            (v) => void change({ undo_send: Number(v) as Me['user']['undo_send'] }),
            s.undoSendHelp,
          )}
          {select(
            s.timezone,
            me.user.timezone,
            timezones(me.user.timezone).map((z) => [z, z.replaceAll('_', ' ')]),
            (v) => void change({ timezone: v }),
            s.timezoneHelp,
          )}
        </div>
      </Section>
      <Suspense fallback={<div className="mt-8 min-h-[600px]" />}>
        <NotifyPreferences />
      </Suspense>
      <Section title={s.password}>
        <PasswordForm />
      </Section>
      <Section title={s.factor.title} help={s.factor.help}>
        <TwoFactor />
      </Section>
      <Section title={s.sessions} help={s.sessionsHelp}>
        <Sessions />
      </Section>
    </SettingsPage>
  );
}

function PasswordForm() {
  const s = settingsTexts.text;
  const me = useMe();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const errors = error instanceof ApiError ? error.errors : undefined;
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await put('/me/password', { body: { current, new: next } });
      setCurrent('');
      setNext('');
      toast(s.passwordChanged);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} className="grid max-w-[420px] gap-4">
      {!errors?.length && <FormProblem error={error} />}
      <input
        type="text"
        name="username"
        autoComplete="username"
        value={me.user.email}
        readOnly
        hidden
      />
      <TextField
        label={s.currentPassword}
        type="password"
        autoComplete="current-password"
        required
        value={current}
        onChange={(e) => setCurrent(e.target.value)}
        error={fieldError(errors, 'current')}
      />
      <TextField
        label={s.newPassword}
        help={s.passwordHelp}
        type="password"
        autoComplete="new-password"
        minLength={10}
        required
        value={next}
        onChange={(e) => setNext(e.target.value)}
        error={fieldError(errors, 'new')}
      />
      <button type="submit" className="btn justify-self-start" disabled={busy}>
        {s.changePassword}
      </button>
    </form>
  );
}
