import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiError, post } from '../api/http';
import { newKey } from '../api/key';
import { queryClient, useMe } from '../api/queries';
import { FormProblem } from '../auth/form-problem';
import { countryChoices, languageChoices } from '../drawer/country-names';
import { t } from '../i18n';
import { extraTexts } from '../i18n/lazy-with';
import { Dialog } from '../ui/dialog';
import { Field, fieldError, TextField } from '../ui/field';
import { lastInbox } from '../ui/prefs';

const empty = { first_name: '', last_name: '', phone: '', email: '', country: '', language: '' };

export function AddContactDialog({ onClose }: { onClose: () => void }) {
  const x = extraTexts.text;
  const me = useMe();
  const navigate = useNavigate();
  const [form, setForm] = useState(empty);
  const [key] = useState(newKey);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const errors = error instanceof ApiError ? error.errors : undefined;
  const bind = (name: keyof typeof empty) => ({
    name,
    value: form[name],
    error: fieldError(errors, name),
    autoComplete: 'off',
    onChange: (e: { target: { value: string } }) => setForm({ ...form, [name]: e.target.value }),
  });
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const filled = Object.fromEntries(Object.entries(form).filter(([, v]) => v.trim()));
      const contact = await post('/contacts', {
        body: filled,
        headers: { 'Idempotency-Key': key },
      });
      queryClient.setQueryData(['contact', contact.id], contact);
      onClose();
      const inbox = lastInbox(me.user);
      await navigate({
        to: '/inbox/$inbox/$contactId',
        params: { inbox, contactId: contact.id },
        search: {},
      });
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  const select = (name: 'country' | 'language', label: string, list: typeof countryChoices) => (
    <Field label={label} error={fieldError(errors, name)}>
      {(a) => (
        <select className="input" {...a} value={form[name]} onChange={bind(name).onChange}>
          <option value="">—</option>
          {list('').map((c) => (
            <option key={c.value} value={c.value}>
              {c.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
  return (
    <Dialog title={x.addContact} onClose={onClose} width={480}>
      <form onSubmit={submit} className="flex min-h-0 flex-col">
        <div className="grid gap-3.5 overflow-y-auto px-5 pb-5">
          <p className="-mt-1 text-13 text-muted">{x.addContactHelp}</p>
          {!errors?.length && <FormProblem error={error} />}
          <div className="grid gap-3.5 md:grid-cols-2">
            <TextField label={x.firstName} required data-autofocus {...bind('first_name')} />
            <TextField label={x.lastName} {...bind('last_name')} />
          </div>
          <TextField label={x.phone} type="tel" help={x.phoneHelp} {...bind('phone')} />
          <TextField label={x.email} type="email" {...bind('email')} />
          <div className="grid gap-3.5 md:grid-cols-2">
            {select('country', x.country, countryChoices)}
            {select('language', x.language, languageChoices)}
          </div>
        </div>
        <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
          <button type="button" className="btn" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="submit" className="btn btn-primary" disabled={busy}>
            {busy ? x.creating : x.create}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
