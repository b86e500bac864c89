import { useRef } from 'react';
import { useShortcuts } from '../frame/shortcuts';
import { Icon } from '../ui/icon';

/** Narrows the list below it; "/" goes there from anywhere on the page. */
export function SearchField({
  label,
  placeholder,
  value,
  onChange,
}: {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  useShortcuts({
    '/': (e) => {
      e.preventDefault();
      input.current?.focus();
    },
  });
  return (
    <div className="relative w-full md:max-w-72">
      <Icon name="search" size={16} className="absolute top-2.5 left-2.5 text-faint" />
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={placeholder}
        autoComplete="off"
        className="input pl-8.5"
        value={value}
        onChange={(e) => onChange(e.target.value)}
      />
    </div>
  );
}
