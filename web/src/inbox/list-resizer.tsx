import { t } from '../i18n';
import { setPrefs, usePrefs } from '../ui/prefs';

const least = 280;
const most = 520;
const clamp = (w: number) => Math.round(Math.max(least, Math.min(most, w)));

/** The list's right edge: drag it, or use the arrow keys. */
export function ListResizer() {
  const { listWidth } = usePrefs();
  return (
    // biome-ignore lint/a11y/useSemanticElements: an hr can't be focused and dragged
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={t.resizeList}
      aria-valuenow={listWidth}
      aria-valuemin={least}
      aria-valuemax={most}
      tabIndex={0}
      className="absolute inset-y-0 -right-[4px] z-10 w-[7px] cursor-col-resize touch-none outline-none after:absolute after:inset-y-0 after:left-[3px] after:w-0.5 after:transition-colors hover:after:bg-accent focus-visible:after:bg-accent"
      onDoubleClick={() => setPrefs({ listWidth: 336 })}
      onPointerDown={(e) => {
        e.preventDefault();
        const from = e.clientX;
        const target = e.currentTarget;
        target.setPointerCapture(e.pointerId);
        const move = (m: PointerEvent) =>
          setPrefs({ listWidth: clamp(listWidth + m.clientX - from) });
        target.addEventListener('pointermove', move);
        target.addEventListener(
          'pointerup',
          () => target.removeEventListener('pointermove', move),
          { once: true },
        );
      }}
      onKeyDown={(e) => {
        const step = e.key === 'ArrowRight' ? 16 : e.key === 'ArrowLeft' ? -16 : 0;
        if (step) setPrefs({ listWidth: clamp(listWidth + step) });
      }}
    />
  );
}
