import { useState } from 'react';
import { TextField } from '../ui/field';
import { authTexts } from './texts';

/** The code of an authenticator app, or one of the codes kept for when it is lost. */
export function CodeField({
  value,
  onChange,
  error,
}: {
  value: string;
  onChange: (value: string) => void;
  error?: string;
}) {
  const a = authTexts.text;
  const [recovery, setRecovery] = useState(false);
  return (
    <div>
      <TextField
        // Another keyboard on a phone; the focus goes to the new field.
        key={String(recovery)}
        label={recovery ? a.recoveryCode : a.code}
        help={recovery ? a.recoveryHelp : a.secondHelp}
        name="code"
        required
        autoFocus
        autoComplete={recovery ? 'off' : 'one-time-code'}
        autoCapitalize="none"
        spellCheck={false}
        inputMode={recovery ? 'text' : 'numeric'}
        placeholder={recovery ? 'xxxx-xxxx-xxxx' : '123 456'}
        value={value}
        onChange={(e) => onChange(e.target.value)}
        error={error}
      />
      <button
        type="button"
        className="link mt-2 min-h-6 text-13"
        onClick={() => {
          onChange('');
          setRecovery(!recovery);
        }}
      >
        {recovery ? a.useApp : a.useRecovery}
      </button>
    </div>
  );
}
