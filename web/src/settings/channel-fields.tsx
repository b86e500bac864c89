import { useState } from 'react';
import type { ChannelField } from '../api/types';
import { FormProblem } from '../auth/form-problem';
import { Field, serverWord, TextField } from '../ui/field';
import { settingsTexts } from './texts';

type Values = Record<string, string>;

/** The adapter's own fields, drawn by kind; advanced ones folded away. */
export function ChannelFields({
  fields,
  values,
  secretsSet,
  errors,
  mayAdvanced,
  onChange,
}: {
  fields: ChannelField[];
  values: Values;
  secretsSet: string[];
  errors: (key: string) => string | undefined;
  mayAdvanced: boolean;
  onChange: (values: Values) => void;
}) {
  const s = settingsTexts.text;
  const shown = fields.filter((f) => mayAdvanced || !f.owner_only);
  const draw = (f: ChannelField) => (
    <OneField
      key={f.key}
      field={f}
      value={values[f.key] ?? ''}
      set={secretsSet.includes(f.key)}
      error={errors(f.key)}
      onChange={(v) => onChange({ ...values, [f.key]: v })}
    />
  );
  const advanced = shown.filter((f) => f.advanced);
  return (
    <>
      {shown.filter((f) => !f.advanced).map(draw)}
      {advanced.length > 0 && (
        <details className="group" open={advanced.some((f) => errors(f.key)) || undefined}>
          <summary className="inline-flex min-h-8 items-center rounded-6 text-13 font-medium text-muted hover:text-text">
            {s.advanced}
          </summary>
          <div className="mt-2 grid gap-4 border-l-2 border-line pl-4">{advanced.map(draw)}</div>
        </details>
      )}
    </>
  );
}

// The attribute of the same name won't do: it reads patterns as Unicode sets,
// which the adapters' aren't.
function fits(value: string, pattern: string) {
  try {
    return !pattern || new RegExp(`^(?:${pattern})$`).test(value);
  } catch {
    return true;
  }
}

function OneField({
  field: f,
  value,
  set,
  error,
  onChange,
}: {
  field: ChannelField;
  value: string;
  set: boolean;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  const s = settingsTexts.text;
  const needed = f.required && !set;
  const label =
    needed || f.kind === 'bool' || f.kind === 'color' || f.default
      ? f.label
      : `${f.label} (${s.optional})`;
  const help = [f.help, set && s.secretSet, !set && f.generated && !f.help && s.generatedHelp]
    .filter(Boolean)
    .join(' ');
  const [left, setLeft] = useState(false);
  if (!error && left && value && !fits(value.trim(), f.pattern)) error = s.patternWrong;
  const common = { label: set ? f.label : label, help, error };
  switch (f.kind) {
    case 'bool':
      return (
        <div>
          <label className="flex items-start gap-2.5">
            <input
              type="checkbox"
              className="mt-0.5 size-[18px] accent-accent"
              checked={value === 'true'}
              onChange={(e) => onChange(e.target.checked ? 'true' : '')}
            />
            <span>
              <span className="font-medium">{f.label}</span>
              {f.help && <span className="block text-13 text-muted">{f.help}</span>}
            </span>
          </label>
          {error && <p className="mt-1 text-12 text-red">{error}</p>}
        </div>
      );
    case 'choice':
      return (
        <Field {...common}>
          {(a) => (
            <select
              className="input"
              {...a}
              value={value || f.default}
              onChange={(e) => onChange(e.target.value)}
            >
              {!f.required && !f.default && <option value="">—</option>}
              {f.options?.map((o) => (
                <option key={o.value} value={o.value}>
                  {o.label}
                </option>
              ))}
            </select>
          )}
        </Field>
      );
    case 'color':
      return (
        <Field {...common}>
          {(a) => (
            <span className="flex gap-2">
              <input
                type="color"
                aria-label={f.label}
                className="h-9 w-12 rounded-[8px] border border-line-strong bg-surface p-1"
                value={/^#[0-9a-f]{6}$/i.test(value || f.default) ? value || f.default : '#0f6b63'}
                onChange={(e) => onChange(e.target.value)}
              />
              <input
                className="input w-32"
                {...a}
                value={value || f.default}
                onChange={(e) => onChange(e.target.value)}
              />
            </span>
          )}
        </Field>
      );
    case 'list':
    case 'long':
      return (
        <Field {...common} help={help || (f.kind === 'list' ? s.listHelp : undefined)}>
          {(a) => (
            <textarea
              className="input"
              rows={f.kind === 'list' ? 3 : 4}
              required={needed}
              placeholder={f.default}
              {...a}
              value={value}
              onChange={(e) => onChange(e.target.value)}
            />
          )}
        </Field>
      );
    default:
      return (
        <TextField
          {...common}
          type={f.kind === 'secret' ? 'password' : f.kind === 'url' ? 'url' : 'text'}
          // A provider's secret is nobody's login: password managers stay away.
          autoComplete={f.kind === 'secret' ? 'new-password' : 'off'}
          spellCheck={false}
          required={needed}
          placeholder={set ? '••••••••••••' : f.default}
          onBlur={() => setLeft(true)}
          value={value}
          onChange={(e) => onChange(e.target.value)}
        />
      );
  }
}

/** What was refused of a channel as a whole, as an account that is connected already: below all fields, where the button is. */
export function ChannelProblem({ error, fields }: { error: unknown; fields: ChannelField[] }) {
  const shown = ['name', ...fields.map((f) => f.key)];
  return shown.some((name) => serverWord(error, name)) ? null : <FormProblem error={error} />;
}
