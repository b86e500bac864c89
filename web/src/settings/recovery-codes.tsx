import { type RefObject, useEffect } from 'react';
import { t } from '../i18n';
import { Icon } from '../ui/icon';
import { toast, toastError } from '../ui/toast';
import { settingsTexts } from './texts';

/** The codes for when the phone is gone, to copy or to download. */
export function RecoveryCodes({
  codes,
  kept,
  onKept,
}: {
  codes: string[];
  kept: RefObject<HTMLButtonElement | null>;
  onKept: () => void;
}) {
  const s = settingsTexts.text.factor;
  // They take the place of a form in which the focus was.
  useEffect(() => kept.current?.focus(), [kept]);
  const text = `Bandeja · ${location.host}\n\n${codes.join('\n')}\n`;
  return (
    <>
      <div className="grid gap-4 overflow-y-auto px-5 pb-5">
        <p className="text-muted">{s.codesHelp}</p>
        <ul
          aria-label={s.codesLabel}
          className="grid grid-cols-2 gap-x-6 gap-y-1.5 rounded-10 bg-sunken px-4 py-3 text-center font-mono text-13 select-all"
        >
          {codes.map((c) => (
            <li key={c}>{c}</li>
          ))}
        </ul>
        <div className="flex gap-2">
          <button
            type="button"
            className="btn flex-1"
            onClick={() =>
              void navigator.clipboard.writeText(text).then(() => toast(t.copied), toastError)
            }
          >
            <Icon name="copy" size={16} />
            {t.copy}
          </button>
          <a
            className="btn flex-1"
            download={s.fileName}
            href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
          >
            <Icon name="download" size={16} />
            {s.download}
          </a>
        </div>
      </div>
      <footer className="flex justify-end border-t border-line px-5 py-3">
        <button ref={kept} type="button" className="btn btn-primary" onClick={onKept}>
          {s.kept}
        </button>
      </footer>
    </>
  );
}
