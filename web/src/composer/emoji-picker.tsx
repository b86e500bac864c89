import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { plain } from '../format/plain';
import { t } from '../i18n';
import { extraTexts } from '../i18n/lazy-with';
import { useFocusOnMount } from '../ui/use-focus-on-mount';
import { type Emoji, type Group, groups } from './emoji-data';

const columns = 8;
const recentKey = 'bandeja.emoji';

function readRecent(): string[] {
  try {
    return JSON.parse(localStorage.getItem(recentKey) ?? '[]');
  } catch {
    return [];
  }
}

/** Searches in both languages; arrow keys move over the grid, Enter picks. */
export default function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const x = extraTexts.text;
  const input = useFocusOnMount<HTMLInputElement>();
  const [q, setQ] = useState('');
  const grid = useRef<HTMLDivElement>(null);
  const [recent] = useState(readRecent);
  const sections = useMemo(() => {
    const words = plain(q.trim()).split(/\s+/).filter(Boolean);
    const all = Object.values(groups).flat();
    if (words.length) {
      const hit = (e: Emoji) => words.every((w) => plain(`${e.en} ${e.es}`).includes(w));
      return [{ title: '', emoji: all.filter(hit) }];
    }
    const last = recent.flatMap((c) => all.find((e) => e.char === c) ?? []);
    return [
      ...(last.length ? [{ title: x.emojiRecent, emoji: last }] : []),
      ...Object.entries(groups).map(([g, emoji]) => ({ title: x.emojiGroups[g as Group], emoji })),
    ];
  }, [q, recent, x]);
  const pick = (char: string) => {
    try {
      const next = [char, ...recent.filter((c) => c !== char)].slice(0, columns * 2);
      localStorage.setItem(recentKey, JSON.stringify(next));
    } catch {
      // Recent ones are a nicety.
    }
    onPick(char);
  };
  const buttons = () => [...(grid.current?.querySelectorAll('button') ?? [])];
  const onKeyDown = (e: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[e.key];
    if (!by) return;
    const list = buttons();
    const from = list.indexOf(e.target as HTMLButtonElement);
    e.preventDefault();
    if (from + by < 0) grid.current?.parentElement?.querySelector('input')?.focus();
    else list[Math.min(list.length - 1, from + by)]?.focus();
  };
  const empty = sections.every((s) => s.emoji.length === 0);
  const first = sections.find((s) => s.emoji.length)?.emoji[0];
  return (
    <div className="flex h-[340px] w-[318px] max-w-[calc(100vw-24px)] flex-col">
      <div className="p-2">
        <input
          ref={input}
          type="search"
          aria-label={x.emojiSearch}
          placeholder={x.emojiSearch}
          className="input h-[34px]"
          value={q}
          onChange={(e) => setQ(e.target.value)}
          onKeyDown={(e) => {
            if (e.key === 'ArrowDown') {
              e.preventDefault();
              buttons()[0]?.focus();
            }
            if (e.key === 'Enter' && first && q) {
              e.preventDefault(); // or it would go on in the text box
              pick(first.char);
            }
          }}
        />
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the buttons inside */}
      <div ref={grid} className="min-h-0 flex-1 overflow-y-auto px-2 pb-2" onKeyDown={onKeyDown}>
        {sections.map((s, n) => (
          <section key={s.title}>
            {s.title && <h3 className="eyebrow px-1 pt-1.5 pb-1">{s.title}</h3>}
            <div className="grid grid-cols-8">
              {s.emoji.map((e, i) => (
                <button
                  key={e.char}
                  type="button"
                  tabIndex={n === 0 && i === 0 ? 0 : -1}
                  aria-label={(t.locale === 'es' ? e.es : e.en) || e.char}
                  className="inline-flex h-9 items-center justify-center rounded-6 text-[21px] hover:bg-sunken focus-visible:bg-sunken"
                  onClick={() => pick(e.char)}
                >
                  {e.char}
                </button>
              ))}
            </div>
          </section>
        ))}
        {empty && <p className="py-8 text-center text-13 text-muted">{x.emojiNone}</p>}
      </div>
    </div>
  );
}
