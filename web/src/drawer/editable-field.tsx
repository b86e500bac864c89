import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { ApiError } from '../api/http';
import { t } from '../i18n';
import { extraTexts } from '../i18n/lazy-with';
import { describeError } from '../ui/toast';
import type { Choice } from './country-names';

/**
 * A value that becomes a field when clicked. Enter and leaving save, Escape
 * gives up; what the server says against it stands below the field.
 */
export function EditableField({
  label,
  value,
  shown,
  type = 'text',
  choices,
  placeholder,
  required,
  readOnly,
  onSave,
}: {
  label: string;
  value: string;
  /** How the value reads; the value itself where undefined. */
  shown?: string;
  type?: 'text' | 'tel' | 'email' | 'url' | 'number' | 'date' | 'time';
  choices?: () => Choice[];
  placeholder?: string;
  required?: boolean;
  readOnly?: boolean;
  onSave: (value: string) => Promise<unknown>;
}) {
  const x = extraTexts.text;
  const id = useId();
  const [editing, setEditing] = useState(false);
  const [draft, setDraft] = useState(value);
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement & HTMLSelectElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const backToButton = useRef(false);
  useEffect(() => {
    if (editing) field.current?.focus();
    else if (backToButton.current) {
      backToButton.current = false;
      button.current?.focus();
    }
  }, [editing]);

  const stop = (refocus: boolean) => {
    backToButton.current = refocus;
    setEditing(false);
    setError('');
  };
  const save = async (refocus: boolean, next = draft) => {
    const clean = next.trim();
    if (busy) return;
    if (clean === value || (required && !clean)) return stop(refocus);
    setBusy(true);
    try {
      await onSave(clean);
      stop(refocus);
    } catch (problem) {
      const own = problem instanceof ApiError ? problem.errors[0]?.detail : '';
      setError(own || describeError(problem, t.updateFailed).detail);
    } finally {
      setBusy(false);
    }
  };
  const common = {
    id,
    ref: field,
    value: draft,
    'aria-invalid': error ? (true as const) : undefined,
    'aria-describedby': error ? `${id}-error` : undefined,
    onKeyDown: (e: React.KeyboardEvent) => {
      if (e.key !== 'Escape') return;
      e.stopPropagation();
      stop(true);
    },
  };
  return (
    <form
      className="grid grid-cols-[92px_1fr] items-start gap-2 text-13"
      onSubmit={(e: FormEvent) => {
        e.preventDefault();
        void save(true);
      }}
    >
      {editing ? (
        <label htmlFor={id} className="py-1 text-muted">
          {label}
        </label>
      ) : (
        <span className="py-1 text-muted">{label}</span>
      )}
      <div className="min-w-0">
        {editing ? (
          choices ? (
            <select
              {...common}
              className="input -ml-1.5 h-7 w-[calc(100%+6px)] px-1 text-13"
              onChange={(e) => {
                setDraft(e.target.value);
                void save(true, e.target.value);
              }}
              onBlur={() => !error && stop(false)}
            >
              <option value="">{x.none}</option>
              {choices().map((c) => (
                <option key={c.value} value={c.value}>
                  {c.label}
                </option>
              ))}
            </select>
          ) : (
            <input
              {...common}
              type={type}
              placeholder={placeholder}
              autoComplete="off"
              className="input -ml-1.5 h-7 w-[calc(100%+6px)] px-1.5 text-13"
              onChange={(e) => setDraft(e.target.value)}
              onBlur={() => void save(false)}
            />
          )
        ) : readOnly ? (
          <span className="block truncate py-1">{shown || value || '—'}</span>
        ) : (
          <button
            ref={button}
            type="button"
            aria-label={`${label}: ${shown || value || x.add}`}
            className={`-ml-1.5 block w-[calc(100%+6px)] truncate rounded-6 px-1.5 py-1 text-left hover:bg-hover ${value ? '' : 'text-faint'}`}
            onClick={() => {
              setDraft(value);
              setEditing(true);
            }}
          >
            {shown || value || x.add}
          </button>
        )}
        {error && (
          <p id={`${id}-error`} role="alert" className="pt-0.5 text-12 text-red">
            {error}
          </p>
        )}
      </div>
    </form>
  );
}
