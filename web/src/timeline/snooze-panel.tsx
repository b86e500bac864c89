import { useId, useState } from 'react';
import { t } from '../i18n';
import { extraTexts } from '../i18n/lazy-with';
import { useFocusOnMount } from '../ui/use-focus-on-mount';
import { localInput, type SnoozePreset, snoozeTimes } from './snooze-times';

const presets: SnoozePreset[] = ['hour', 'later', 'tomorrow', 'monday', 'week'];

/** Times to choose from, and one of one's own. Arrows move, Enter chooses. */
export default function SnoozePanel({ onPick }: { onPick: (until: Date) => void }) {
  const x = extraTexts.text;
  const [now] = useState(() => new Date());
  const times = snoozeTimes(now);
  // In the viewer's own time, which the presets are made in.
  const shown = new Intl.DateTimeFormat(t.locale, {
    weekday: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
  const [own, setOwn] = useState(localInput(times.tomorrow));
  const first = useFocusOnMount<HTMLButtonElement>();
  const id = useId();
  const chosen = new Date(own);
  const valid = !Number.isNaN(chosen.getTime()) && chosen.getTime() > Date.now();
  return (
    <div className="w-72 p-1">
      <p className="px-2.5 pt-2 pb-1 text-12 font-medium text-faint">{x.snoozeUntil}</p>
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
          <li key={p}>
            <button
              ref={i === 0 ? first : undefined}
              type="button"
              className="menu-item w-full hover:bg-hover focus-visible:bg-hover"
              onClick={() => onPick(times[p])}
            >
              <span className="min-w-0 flex-1 text-left">{x.snoozePresets[p]}</span>
              <span className="text-12 text-faint">{shown.format(times[p])}</span>
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
          {x.snoozeOwn}
        </label>
        <input
          id={id}
          type="datetime-local"
          className="input h-9"
          min={localInput(now)}
          value={own}
          aria-invalid={!valid}
          onChange={(e) => setOwn(e.target.value)}
        />
        {!valid && (
          <p role="alert" className="mt-1.5 text-12 text-red">
            {x.snoozePast}
          </p>
        )}
        <button type="submit" className="btn btn-primary mt-2 w-full" disabled={!valid}>
          {t.snooze}
        </button>
      </form>
    </div>
  );
}
