import { type ReactNode, Suspense, useRef, useState } from 'react';
import { lazyPart, part } from '../parts';
import type { IconName } from './icon';

// Base UI's floating parts are half as large as React itself, so they come with
// the first hover, focus or idle moment rather than with the first load.
const load = () => import('./menu-popup');
const MenuPopup = lazyPart(load);
export const preloadMenus = () => void part(load);

export type MenuEntry =
  | { kind: 'separator'; key: string }
  | { kind: 'title'; key: string; label: string }
  | {
      /** Small choices beside each other, as emoji. */
      kind: 'row';
      key: string;
      label: string;
      choices: { label: string; text: string; checked: boolean; onSelect: () => void }[];
    }
  | {
      kind?: 'item';
      key: string;
      label: string;
      icon?: IconName;
      leading?: ReactNode;
      hint?: ReactNode;
      /** Defined for choices of which one is on. */
      checked?: boolean;
      disabled?: boolean;
      danger?: boolean;
      onSelect: () => void;
    };

export interface MenuProps {
  entries: MenuEntry[] | (() => MenuEntry[]);
  /** The accessible name of the menu, and of the button unless its own text says it. */
  label: string;
  named?: 'by-label' | 'by-text';
  className?: string;
  align?: 'start' | 'center' | 'end';
  side?: 'top' | 'bottom' | 'right';
  children: ReactNode;
  attributes?: Record<string, string>;
  onOpenChange?: (open: boolean) => void;
}

export function MenuButton(props: MenuProps) {
  const { entries, label, className, children, attributes } = props;
  const [open, setOpenState] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const setOpen = (next: boolean) => {
    setOpenState(next);
    props.onOpenChange?.(next);
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={props.named === 'by-text' ? undefined : label}
        className={className}
        onPointerEnter={preloadMenus}
        onFocus={preloadMenus}
        onClick={() => setOpen(!open)}
        onKeyDown={(e) => {
          if (e.key !== 'ArrowDown' && e.key !== 'ArrowUp') return;
          e.preventDefault();
          setOpen(true);
        }}
        {...attributes}
      >
        {children}
      </button>
      {open && (
        <Suspense>
          <MenuPopup
            anchor={button}
            label={label}
            align={props.align ?? 'start'}
            side={props.side ?? 'bottom'}
            entries={typeof entries === 'function' ? entries() : entries}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}
