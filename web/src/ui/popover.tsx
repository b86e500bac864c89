import { type ReactNode, type Ref, Suspense, useImperativeHandle, useRef, useState } from 'react';
import { lazyPart, part } from '../parts';

const load = () => import('./popover-popup');
const PopoverPopup = lazyPart(load);
export const preloadPopovers = () => void part(load);

export interface PopoverHandle {
  open: () => void;
}

/** A button with a floating panel; the panel's parts load with the first use. */
export function PopoverButton({
  label,
  named = 'by-label',
  className,
  align = 'end',
  side = 'bottom',
  children,
  attributes,
  content,
  handle,
  disabled,
}: {
  label: string;
  /** 'by-text' where what the button shows is its name already. */
  named?: 'by-label' | 'by-text';
  className?: string;
  align?: 'start' | 'center' | 'end';
  side?: 'top' | 'bottom';
  children: ReactNode;
  attributes?: Record<string, string>;
  /** Gives the panel; `close` returns focus to the button. */
  content: (close: () => void) => ReactNode;
  handle?: Ref<PopoverHandle>;
  disabled?: boolean;
}) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  useImperativeHandle(handle, () => ({ open: () => setOpen(true) }), []);
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label={named === 'by-text' ? undefined : label}
        className={className}
        disabled={disabled}
        onPointerEnter={preloadPopovers}
        onFocus={preloadPopovers}
        onClick={() => setOpen(!open)}
        {...attributes}
      >
        {children}
      </button>
      {open && (
        <Suspense>
          <PopoverPopup
            anchor={button}
            label={label}
            align={align}
            side={side}
            onClose={() => setOpen(false)}
          >
            {content(() => setOpen(false))}
          </PopoverPopup>
        </Suspense>
      )}
    </>
  );
}
