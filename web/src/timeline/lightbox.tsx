import { Dialog } from '@base-ui/react/dialog';
import { useState } from 'react';
import type { Attachment } from '../api/types';
import { t } from '../i18n';
import { Icon } from '../ui/icon';
import { fileUrl } from './attachments';
import { consoleTexts } from './console-texts';

/** Pictures in full size: arrow keys move, Escape closes. */
export default function Lightbox({
  pictures,
  start,
  sender,
  onClose,
}: {
  pictures: Attachment[];
  start: number;
  sender: string;
  onClose: () => void;
}) {
  const [index, setIndex] = useState(start);
  const picture = pictures[index]!;
  const name = picture.name || consoleTexts.text.imageFrom(sender);
  const go = (by: number) => setIndex((i) => (i + by + pictures.length) % pictures.length);
  const control =
    'inline-flex size-10 items-center justify-center rounded-full bg-black/55 text-white hover:bg-black/80 focus-visible:outline-white';
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-50 bg-black/88" />
        <Dialog.Popup
          className="fixed inset-0 z-50 flex flex-col outline-none"
          onKeyDown={(e) => {
            if (e.key === 'ArrowRight') go(1);
            if (e.key === 'ArrowLeft') go(-1);
          }}
        >
          <header className="flex items-center gap-2 p-3 text-white">
            <Dialog.Title className="min-w-0 flex-1 truncate text-14 font-medium">
              {name}
              {pictures.length > 1 && (
                <span className="pl-2 font-normal opacity-80">
                  {index + 1} / {pictures.length}
                </span>
              )}
            </Dialog.Title>
            <a
              href={fileUrl(picture)}
              download={name}
              aria-label={consoleTexts.text.download}
              className={control}
            >
              <Icon name="download" />
            </a>
            <Dialog.Close aria-label={t.close} className={control}>
              <Icon name="close" />
            </Dialog.Close>
          </header>
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: Escape and the button close too */}
          {/* biome-ignore lint/a11y/noStaticElementInteractions: a click beside the picture closes */}
          <div
            className="flex min-h-0 flex-1 items-center justify-center px-3 pb-6"
            onClick={(e) => e.target === e.currentTarget && onClose()}
          >
            <img
              src={fileUrl(picture)}
              alt={name}
              className="max-h-full max-w-full rounded-6 object-contain"
            />
          </div>
          {pictures.length > 1 && (
            <>
              <button
                type="button"
                aria-label={consoleTexts.text.previousPicture}
                className={`${control} absolute top-1/2 left-3`}
                onClick={() => go(-1)}
              >
                <Icon name="left" />
              </button>
              <button
                type="button"
                aria-label={consoleTexts.text.nextPicture}
                className={`${control} absolute top-1/2 right-3`}
                onClick={() => go(1)}
              >
                <Icon name="right" />
              </button>
            </>
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
