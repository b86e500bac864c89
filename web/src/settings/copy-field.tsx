import { useId } from 'react';
import { t } from '../i18n';
import { Icon } from '../ui/icon';
import { toast, toastError } from '../ui/toast';

/** A value to take elsewhere: an address, a key, a piece of code. */
export function CopyField({
  label,
  value,
  help,
  long = false,
}: {
  label: string;
  value: string;
  help?: string;
  long?: boolean;
}) {
  const id = useId();
  const className = 'input bg-sunken font-mono text-12';
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-13 font-medium">
        {label}
      </label>
      <div className="flex items-start gap-2">
        {long ? (
          <textarea
            id={id}
            readOnly
            rows={3}
            value={value}
            className={className}
            onFocus={(e) => e.currentTarget.select()}
          />
        ) : (
          <input
            id={id}
            readOnly
            value={value}
            className={className}
            onFocus={(e) => e.currentTarget.select()}
          />
        )}
        <button
          type="button"
          className="btn h-9"
          aria-label={`${t.copy}: ${label}`}
          onClick={() =>
            void navigator.clipboard.writeText(value).then(() => toast(t.copied), toastError)
          }
        >
          <Icon name="copy" size={16} />
          {t.copy}
        </button>
      </div>
      {help && <p className="mt-1 text-12 text-muted">{help}</p>}
    </div>
  );
}
