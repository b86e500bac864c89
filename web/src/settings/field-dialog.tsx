import { type FormEvent, useState } from 'react';
import { ApiError, patch, post } from '../api/http';
import { newKey } from '../api/key';
import { fieldsQuery, queryClient } from '../api/queries';
import type { CustomField } from '../api/types';
import { FormProblem } from '../auth/form-problem';
import { t } from '../i18n';
import { Dialog } from '../ui/dialog';
import { Field, fieldError, TextField } from '../ui/field';
import { toast } from '../ui/toast';
import { crmTexts } from './crm-texts';
import { settingsTexts } from './texts';

const nameLength = 50;
const descriptionLength = 255;
const types = ['text', 'list', 'checkbox', 'email', 'number', 'url', 'date', 'time'] as const;

/** Makes a custom field, or changes one. */
export default function FieldDialog({
  field,
  onClose,
}: {
  field?: CustomField;
  onClose: () => void;
}) {
  const s = crmTexts.text.fields;
  const [form, setForm] = useState({
    name: field?.name ?? '',
    description: field?.description ?? '',
    slug: '',
    type: field?.type ?? ('text' as CustomField['type']),
    options: field?.options.join('\n') ?? '',
  });
  const [key] = useState(newKey);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const errors = error instanceof ApiError ? error.errors : undefined;
  const lines = form.options.split('\n').flatMap((line) => line.trim() || []);
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    const { name, description, slug, type } = form;
    const body = { name, description, ...(type === 'list' && { options: lines }) };
    try {
      const saved = field
        ? await patch('/contact-fields/{id}', { params: { id: field.id }, body })
        : await post('/contact-fields', {
            body: { ...body, type, ...(slug && { slug }) },
            headers: { 'Idempotency-Key': key },
          });
      queryClient.setQueryData(fieldsQuery.queryKey, (all = []) =>
        field ? all.map((x) => (x.id === saved.id ? saved : x)) : [...all, saved],
      );
      toast(settingsTexts.text.saved);
      onClose();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Dialog title={field ? s.edit : s.add} onClose={onClose} width={480}>
      <form onSubmit={submit} className="flex min-h-0 flex-col">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 overflow-y-auto px-5 pb-5">
          {!errors?.length && <FormProblem error={error} />}
          <TextField
            label={s.name}
            placeholder={s.namePlaceholder}
            required
            data-autofocus
            autoComplete="off"
            maxLength={nameLength}
            value={form.name}
            onChange={(e) => setForm({ ...form, name: e.target.value })}
            error={fieldError(errors, 'name')}
          />
          <Field label={s.type} help={s.typeHelp} error={fieldError(errors, 'type')}>
            {(a) => (
              <select
                className="input"
                {...a}
                disabled={Boolean(field)}
                value={form.type}
                onChange={(e) => setForm({ ...form, type: e.target.value as CustomField['type'] })}
              >
                {types.map((x) => (
                  <option key={x} value={x}>
                    {s.types[x]}
                  </option>
                ))}
              </select>
            )}
          </Field>
          {form.type === 'list' && (
            <Field label={s.options} help={s.optionsHelp} error={fieldError(errors, 'options')}>
              {(a) => (
                <textarea
                  className="input min-h-28!"
                  rows={5}
                  {...a}
                  value={form.options}
                  onChange={(e) => setForm({ ...form, options: e.target.value })}
                />
              )}
            </Field>
          )}
          <TextField
            label={s.description}
            maxLength={descriptionLength}
            value={form.description}
            onChange={(e) => setForm({ ...form, description: e.target.value })}
            error={fieldError(errors, 'description')}
          />
          {!field && (
            <TextField
              label={s.slug}
              help={s.slugHelp}
              autoComplete="off"
              maxLength={nameLength}
              value={form.slug}
              onChange={(e) => setForm({ ...form, slug: e.target.value })}
              error={fieldError(errors, 'slug')}
            />
          )}
        </div>
        <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
          <button type="button" className="btn" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="submit" className="btn btn-primary" disabled={busy || !form.name.trim()}>
            {field ? settingsTexts.text.saveChanges : s.create}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
