import { useQuery } from '@tanstack/react-query';
import { patch } from '../api/http';
import { fieldsQuery } from '../api/queries';
import type { Contact, CustomField } from '../api/types';
import { t } from '../i18n';
import { extraTexts } from '../i18n/lazy-with';
import { applyContact } from '../realtime/apply';
import { EditableField } from './editable-field';

/** The workspace's own fields, in their order. */
export function CustomFields({ contact, readOnly }: { contact: Contact; readOnly: boolean }) {
  const x = extraTexts.text;
  const { data: fields } = useQuery(fieldsQuery);
  if (!fields?.length) return null;
  return (
    <section className="mt-5">
      <h3 className="eyebrow mb-1.5">{x.customFields}</h3>
      {fields.map((f) => (
        <EditableField
          key={f.id}
          label={f.name}
          value={contact.fields[f.slug] ?? ''}
          shown={shown(f, contact.fields[f.slug])}
          type={inputType(f)}
          choices={choices(f)}
          readOnly={readOnly}
          onSave={async (value) =>
            applyContact(
              await patch('/contacts/{id}', {
                params: { id: contact.id },
                body: { fields: { [f.slug]: value } },
              }),
            )
          }
        />
      ))}
    </section>
  );
}

function inputType(f: CustomField) {
  switch (f.type) {
    case 'email':
    case 'url':
    case 'number':
    case 'date':
    case 'time':
      return f.type;
  }
  return 'text';
}

function choices(f: CustomField) {
  const x = extraTexts.text;
  if (f.type === 'list')
    return () => [{ value: '', label: '—' }, ...f.options.map((o) => ({ value: o, label: o }))];
  if (f.type === 'checkbox')
    return () => [
      { value: '', label: '—' },
      { value: 'true', label: x.yes },
      { value: 'false', label: x.no },
    ];
  return undefined;
}

function shown(f: CustomField, value: string | undefined) {
  const x = extraTexts.text;
  if (!value) return undefined;
  if (f.type === 'checkbox') return value === 'true' ? x.yes : x.no;
  if (f.type === 'date')
    return new Date(`${value}T12:00`).toLocaleDateString(t.locale, { dateStyle: 'medium' });
  if (f.type === 'number' && !Number.isNaN(Number(value)))
    return Number(value).toLocaleString(t.locale, { maximumFractionDigits: 10 });
  return undefined;
}
