import { type RefObject, useEffect, useRef, useState } from 'react';
import { t } from '../i18n';
import { Dialog } from '../ui/dialog';
import { toast } from '../ui/toast';
import { type Crop, moved, squareOf, wholeMiddle } from './crop';
import { settingsTexts } from './texts';

/** Avatars are small; this is sharp on any screen and a few kilobytes. */
const side = 256;
const closest = 4;

/** A square out of the chosen picture. What is shown is what is saved: the same canvas. */
export default function CropDialog({
  image,
  onUse,
  onClose,
}: {
  image: ImageBitmap;
  onUse: (picture: Blob) => void;
  onClose: () => void;
}) {
  const p = settingsTexts.text.picture;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [crop, setCrop] = useState<Crop>(wholeMiddle);
  const { width, height } = image;
  const { side: shown } = squareOf(width, height, crop);
  const use = () =>
    canvas.current?.toBlob(
      (blob) => (blob ? onUse(blob) : toast(p.unreadable, { tone: 'error' })),
      'image/jpeg',
      0.9,
    );
  const slider = (
    label: string,
    value: number,
    range: { min: number; max: number },
    onChange: (value: number) => void,
    disabled = false,
  ) => (
    <label className="grid grid-cols-[7.5rem_1fr] items-center gap-3 text-13">
      {label}
      <input
        type="range"
        data-autofocus={label === p.zoom ? true : undefined}
        className="h-6 w-full accent-accent"
        {...range}
        step={0.01}
        value={value}
        disabled={disabled}
        onChange={(e) => onChange(e.target.valueAsNumber)}
      />
    </label>
  );
  return (
    <Dialog title={p.cropTitle} onClose={onClose} width={400}>
      <p className="-mt-2 px-5 text-13 text-muted">{p.cropHelp}</p>
      <div className="overflow-y-auto px-5 pb-5">
        <div
          // The sliders say and do the same for whoever doesn't drag.
          aria-hidden="true"
          className="relative mx-auto my-4 size-64 cursor-move touch-none overflow-hidden rounded-10 bg-sunken"
          onPointerDown={(e) => e.currentTarget.setPointerCapture(e.pointerId)}
          onPointerMove={(e) => {
            if (!e.currentTarget.hasPointerCapture(e.pointerId)) return;
            setCrop((c) => moved(width, height, c, e.movementX / side, e.movementY / side));
          }}
          onWheel={(e) =>
            setCrop((c) => ({
              ...c,
              zoom: Math.min(closest, Math.max(1, c.zoom * (e.deltaY < 0 ? 1.08 : 1 / 1.08))),
            }))
          }
        >
          <Picture canvas={canvas} image={image} crop={crop} />
          {/* What others see is round. */}
          <span className="pointer-events-none absolute inset-0 rounded-full shadow-[0_0_0_200px_var(--scrim)]" />
        </div>
        <div className="grid gap-2">
          {slider(p.zoom, crop.zoom, { min: 1, max: closest }, (zoom) =>
            setCrop({ ...crop, zoom }),
          )}
          {slider(
            p.across,
            crop.x,
            { min: 0, max: 1 },
            (x) => setCrop({ ...crop, x }),
            shown >= width,
          )}
          {slider(
            p.down,
            crop.y,
            { min: 0, max: 1 },
            (y) => setCrop({ ...crop, y }),
            shown >= height,
          )}
        </div>
      </div>
      <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
        <button type="button" className="btn" onClick={onClose}>
          {t.cancel}
        </button>
        <button type="button" className="btn btn-primary" onClick={use}>
          {p.use}
        </button>
      </footer>
    </Dialog>
  );
}

/** A part of its own, because the dialog's insides come after the dialog. */
function Picture({
  canvas,
  image,
  crop,
}: {
  canvas: RefObject<HTMLCanvasElement | null>;
  image: ImageBitmap;
  crop: Crop;
}) {
  const { width, height } = image;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const square = squareOf(width, height, crop);
    // What is transparent becomes white, as a photo's paper.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, side, side);
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, square.x, square.y, square.side, square.side, 0, 0, side, side);
  }, [canvas, image, width, height, crop]);
  return <canvas ref={canvas} width={side} height={side} className="size-full" />;
}
