import { useEffect, useRef, useState } from 'react';
import { useShortcuts } from '../frame/shortcuts';
import { t } from '../i18n';
import { Icon } from '../ui/icon';
import { useListFilter } from './use-inbox-list';
import { useListSearch } from './use-list-search';

/** Searches contacts while typing; what is searched stands in the address. */
export function SearchBox() {
  const { q, where } = useListFilter();
  const change = useListSearch();
  const [text, setText] = useState(q);
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef(0);
  // Back and links change the address from outside. What is being typed may end in a space.
  useEffect(() => setText((now) => (now.trim() === q ? now : q)), [q]);
  useEffect(() => () => clearTimeout(timer.current), []);
  useShortcuts({ '/': () => input.current?.select() });

  const search = (value: string, delay: number) => {
    setText(value);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(
      () =>
        change({
          q: value.trim() || undefined,
          ...(!value.trim() && { in: undefined, here: undefined }),
        }),
      delay,
    );
  };
  return (
    <div className="relative min-w-0 flex-1">
      <Icon
        name="search"
        size={16}
        className="pointer-events-none absolute top-[9px] left-2.5 text-faint"
      />
      <input
        ref={input}
        type="search"
        aria-label={t.search}
        placeholder={t.searchPlaceholder}
        autoComplete="off"
        value={text}
        onChange={(e) => search(e.target.value, where ? 300 : 200)}
        onKeyDown={(e) => {
          if (e.key === 'Escape') {
            if (text) search('', 0);
            else e.currentTarget.blur();
          }
          if (e.key === 'ArrowDown') {
            e.preventDefault();
            document.querySelector<HTMLElement>('[data-row]')?.focus();
          }
        }}
        className="h-[34px] w-full rounded-[9px] bg-sunken pr-8 pl-8 text-14 focus-visible:outline-offset-0 [&::-webkit-search-cancel-button]:hidden"
      />
      {text ? (
        <button
          type="button"
          aria-label={t.clearSearch}
          className="absolute top-[5px] right-[5px] inline-flex size-6 items-center justify-center rounded-6 text-muted hover:text-text"
          onClick={() => {
            search('', 0);
            input.current?.focus();
          }}
        >
          <Icon name="close" size={14} />
        </button>
      ) : (
        <kbd className="kbd pointer-events-none absolute top-2 right-2 max-md:hidden">/</kbd>
      )}
    </div>
  );
}
