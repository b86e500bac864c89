import { type ReactNode, useId, useState } from 'react';
import { plain } from '../format/plain';
import { t } from '../i18n';
import { Icon } from '../ui/icon';
import { settingsTexts } from './texts';

export interface CheckItem {
  id: string;
  label: string;
  hint?: string;
  lead?: ReactNode;
}

/** From this many on, typing finds one sooner than looking. */
const searchFrom = 8;

/** Several out of many. The chosen ones stand first, as they were when it opened. */
export function CheckList({
  legend,
  summary,
  items,
  chosen,
  onChange,
  search,
  empty,
}: {
  legend: string;
  summary?: string;
  items: CheckItem[];
  chosen: string[];
  onChange: (ids: string[]) => void;
  search: string;
  empty: string;
}) {
  const id = useId();
  const [q, setQ] = useState('');
  const [first] = useState(() => new Set(chosen));
  const found = items
    .filter((i) => plain(`${i.label} ${i.hint ?? ''}`).includes(plain(q.trim())))
    .sort(
      (a, b) =>
        Number(first.has(b.id)) - Number(first.has(a.id)) ||
        a.label.localeCompare(b.label, t.locale),
    );
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 flex w-full items-baseline gap-2 text-13 font-medium">
        {legend}
        {summary && <span className="font-normal text-muted">{summary}</span>}
      </legend>
      {items.length === 0 ? (
        <p className="text-13 text-muted">{empty}</p>
      ) : (
        <div className="overflow-hidden rounded-10 border border-line">
          {items.length >= searchFrom && (
            <div className="relative border-b border-line">
              <Icon name="search" size={16} className="absolute top-2.5 left-3 text-faint" />
              <input
                type="search"
                aria-label={search}
                aria-controls={id}
                placeholder={search}
                autoComplete="off"
                className="h-9 w-full bg-surface pr-3 pl-9 focus-visible:-outline-offset-2"
                value={q}
                onChange={(e) => setQ(e.target.value)}
                onKeyDown={(e) => {
                  // It narrows the list; the form is sent by its own button.
                  if (e.key === 'Enter') e.preventDefault();
                }}
              />
            </div>
          )}
          <div id={id} className="max-h-52 overflow-y-auto p-1">
            {found.map((i) => (
              <label
                key={i.id}
                className="flex min-h-9 items-center gap-2.5 rounded-6 px-2 py-1 hover:bg-hover max-md:min-h-11"
              >
                <input
                  type="checkbox"
                  className="size-[18px] shrink-0 accent-accent"
                  checked={chosen.includes(i.id)}
                  onChange={(e) =>
                    onChange(
                      e.target.checked ? [...chosen, i.id] : chosen.filter((c) => c !== i.id),
                    )
                  }
                />
                {i.lead}
                <span className="min-w-0 flex-1 truncate">{i.label}</span>
                {i.hint && (
                  <span className="min-w-0 shrink truncate text-12 text-muted max-md:hidden">
                    {i.hint}
                  </span>
                )}
              </label>
            ))}
            {found.length === 0 && (
              <p className="px-2 py-2.5 text-13 text-muted">
                {settingsTexts.text.users.nobody(q.trim())}
              </p>
            )}
          </div>
        </div>
      )}
    </fieldset>
  );
}
