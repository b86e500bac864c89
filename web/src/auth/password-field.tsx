import { type InputHTMLAttributes, type ReactNode, useState } from 'react';
import { Field } from '../ui/field';
import { authTexts } from './texts';

export function PasswordField({
  label,
  help,
  error,
  ...input
}: {
  label: string;
  help?: ReactNode;
  error?: string;
} & InputHTMLAttributes<HTMLInputElement>) {
  const [visible, setVisible] = useState(false);
  const a = authTexts.text;
  return (
    <Field label={label} help={help} error={error}>
      {(attributes) => (
        <div className="relative">
          <input
            className="input pr-20"
            type={visible ? 'text' : 'password'}
            {...attributes}
            {...input}
          />
          <button
            type="button"
            aria-label={visible ? a.hidePassword : a.showPassword}
            className="absolute top-1.5 right-1.5 h-6 rounded-6 px-2 text-12 font-medium text-muted hover:bg-hover"
            onClick={() => setVisible(!visible)}
          >
            {(visible ? a.hidePassword : a.showPassword).split(' ')[0]}
          </button>
        </div>
      )}
    </Field>
  );
}
