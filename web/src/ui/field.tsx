import { type InputHTMLAttributes, type ReactNode, useId } from 'react';
import { ApiError } from '../api/http';
import { Icon } from './icon';

/** A label, its control, help and the error at the field. */
export function Field({
  label,
  help,
  error,
  children,
}: {
  label: string;
  help?: ReactNode;
  error?: string;
  children: (a: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ReactNode;
}) {
  const id = useId();
  const described = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-13 font-medium">
        {label}
      </label>
      {children({
        id,
        'aria-describedby': described || undefined,
        'aria-invalid': error ? true : undefined,
      })}
      {help && (
        <p id={`${id}-help`} className="mt-1 text-12 text-muted">
          {help}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="mt-1 flex items-start gap-1 text-12 text-red">
          <Icon name="error" size={14} className="mt-px" />
          {error}
        </p>
      )}
    </div>
  );
}

export function TextField({
  label,
  help,
  error,
  ...input
}: {
  label: string;
  help?: ReactNode;
  error?: string;
} & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <Field label={label} help={help} error={error}>
      {(a) => <input className="input" {...a} {...input} />}
    </Field>
  );
}

/** The server's word on one field of a form. */
export const fieldError = (errors: { field: string; detail: string }[] | undefined, name: string) =>
  errors?.find((e) => e.field === name || e.field.endsWith(`.${name}`))?.detail;

/** The same, of whatever was thrown; undefined where it is about something else. */
export const serverWord = (error: unknown, name: string) =>
  error instanceof ApiError ? fieldError(error.errors, name) : undefined;
