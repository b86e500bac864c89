import { useId, useState } from 'react';
import { shownPlace, shownZone } from '../format/time';
import { t } from '../i18n';
import { useFocusOnMount } from '../ui/use-focus-on-mount';
import { consoleTexts } from './console-texts';
import { momentAt, wallTime } from './wall-clock';

/** Times to choose from, and one of one's own. Arrows move, Enter chooses. */
export function TimePanel({
  title,
  presets,
  suggested,
  ownLabel,
  pastWords,
  verb,
  note,
  onPick,
}: {
  title: string;
  presets: { label: string; at: Date }[];
  /** What the field for one's own time begins with. */
  suggested: Date;
  ownLabel: string;
  pastWords: string;
  verb: string;
  /** What is to be said of a chosen time. */
  note?: (at: Date) => string;
  onPick: (at: Date) => void;
}) {
  const [now] = useState(() => new Date());
  const shown = new Intl.DateTimeFormat(t.locale, {
    timeZone: shownZone(),
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const [own, setOwn] = useState(wallTime(suggested));
  const first = useFocusOnMount<HTMLButtonElement>();
  const id = useId();
  const place = shownPlace(now);
  const chosen = momentAt(own);
  const valid = !Number.isNaN(chosen.getTime()) && chosen.getTime() > Date.now();
  return (
    <div className="w-80 p-1">
      <p className="px-2.5 pt-2 pb-1 text-12 font-medium text-faint">{title}</p>
      <ul
        onKeyDown={(e) => {
          const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
          if (!step) return;
          const all = [...e.currentTarget.querySelectorAll('button')];
          const at = all.indexOf(document.activeElement as HTMLButtonElement);
          all[(at + step + all.length) % all.length]?.focus();
          e.preventDefault();
        }}
      >
        {presets.map((p, i) => (
          <li key={p.label}>
            <button
              ref={i === 0 ? first : undefined}
              type="button"
              className="menu-item w-full hover:bg-hover focus-visible:bg-hover"
              onClick={() => onPick(p.at)}
            >
              <span className="min-w-0 flex-1 text-left">{p.label}</span>
              <span className="text-12 text-faint">{shown.format(p.at)}</span>
            </button>
          </li>
        ))}
      </ul>
      <form
        className="mt-1 border-t border-line p-2.5"
        onSubmit={(e) => {
          e.preventDefault();
          if (valid) onPick(chosen);
        }}
      >
        <label htmlFor={id} className="mb-1.5 block text-12 font-medium text-faint">
          {ownLabel}
        </label>
        <input
          id={id}
          type="datetime-local"
          className="input h-9"
          min={wallTime(now)}
          value={own}
          aria-invalid={!valid}
          onChange={(e) => setOwn(e.target.value)}
        />
        {place && <p className="mt-1.5 text-12 text-muted">{consoleTexts.text.pickedIn(place)}</p>}
        {!valid && (
          <p role="alert" className="mt-1.5 text-12 text-red">
            {pastWords}
          </p>
        )}
        {valid && note?.(chosen) && (
          <p role="status" className="mt-1.5 text-12 text-amber-ink">
            {note(chosen)}
          </p>
        )}
        <button type="submit" className="btn btn-primary mt-2 w-full" disabled={!valid}>
          {verb}
        </button>
      </form>
    </div>
  );
}
