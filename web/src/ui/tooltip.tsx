import { useEffect, useLayoutEffect, useRef, useState } from 'react';

interface Shown {
  text: string;
  keys: string[];
  anchor: DOMRect;
}

/** Attributes that give an element a tooltip; `keys` are shown as key caps ("g m"). */
export const tip = (text: string, keys = '') =>
  ({ 'data-tip': text, ...(keys && { 'data-keys': keys }) }) as const;

/**
 * One tooltip for the whole page, by event delegation, so that hundreds of
 * buttons cost nothing. It only repeats what the element's own name says, hence
 * it is hidden from screen readers.
 */
export function TooltipLayer() {
  const [shown, setShown] = useState<Shown | null>(null);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let timer = 0;
    let current: Element | null = null;
    const show = (target: EventTarget | null, delay: number) => {
      const el = target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null;
      if (el === current) return;
      current = el;
      clearTimeout(timer);
      setShown(null);
      if (!el) return;
      timer = window.setTimeout(() => {
        if (!el.isConnected) return;
        const keys = el.dataset.keys?.split(' ') ?? [];
        setShown({ text: el.dataset.tip!, keys, anchor: el.getBoundingClientRect() });
      }, delay);
    };
    const over = (e: PointerEvent) => e.pointerType === 'mouse' && show(e.target, 450);
    const focus = (e: FocusEvent) =>
      show(
        e.target instanceof Element && e.target.matches(':focus-visible') ? e.target : null,
        250,
      );
    const hide = () => show(null, 0);
    const key = (e: KeyboardEvent) => e.key === 'Escape' && hide();
    document.addEventListener('pointerover', over);
    document.addEventListener('pointerdown', hide);
    document.addEventListener('focusin', focus);
    document.addEventListener('keydown', key);
    document.addEventListener('scroll', hide, true);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('pointerover', over);
      document.removeEventListener('pointerdown', hide);
      document.removeEventListener('focusin', focus);
      document.removeEventListener('keydown', key);
      document.removeEventListener('scroll', hide, true);
    };
  }, []);
  useLayoutEffect(() => {
    if (shown && box.current) place(box.current, shown.anchor);
  }, [shown]);
  if (!shown) return null;
  return (
    <div
      ref={box}
      aria-hidden="true"
      className="pointer-events-none fixed z-[70] flex max-w-72 items-center gap-2 rounded-6 bg-text px-2 py-1 text-12 [overflow-wrap:anywhere] text-surface shadow-float"
    >
      {shown.text}
      {shown.keys.length > 0 && (
        <span className="flex gap-0.5">
          {shown.keys.map((k) => (
            <kbd
              key={k}
              className="min-w-4 rounded-[4px] bg-surface/20 px-1 text-center font-sans text-11 text-surface"
            >
              {k}
            </kbd>
          ))}
        </span>
      )}
    </div>
  );
}

/** Puts a fixed box below its anchor, above it where there is no room, always inside the window. */
export function place(box: HTMLElement, anchor: DOMRect, gap = 6) {
  const { offsetWidth: w, offsetHeight: h } = box;
  const below = anchor.bottom + gap + h <= window.innerHeight - 4;
  const x = anchor.left + anchor.width / 2 - w / 2;
  box.style.left = `${Math.max(6, Math.min(x, window.innerWidth - w - 6))}px`;
  box.style.top = `${below ? anchor.bottom + gap : Math.max(4, anchor.top - gap - h)}px`;
}
