import { Dialog as Base } from '@base-ui/react/dialog';
import { type ReactNode, useRef } from 'react';
import { t } from '../i18n';
import { Icon } from './icon';

/** A modal dialog: traps focus, Escape closes, focus goes back to where it was. Imported only by lazy modules. */
export function Dialog({
  title,
  onClose,
  children,
  width = 440,
  hideTitle = false,
  className = '',
}: {
  title: string;
  onClose: () => void;
  children: ReactNode;
  width?: number;
  hideTitle?: boolean;
  className?: string;
}) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-50 bg-scrim transition-opacity duration-100 data-starting-style:opacity-0" />
        <Base.Popup
          ref={popup}
          initialFocus={() => popup.current?.querySelector<HTMLElement>('[data-autofocus]') ?? true}
          style={{ maxWidth: width }}
          className={`fixed inset-x-0 bottom-0 z-50 mx-auto flex max-h-[min(92dvh,720px)] w-full flex-col overflow-hidden rounded-t-14 bg-surface shadow-float outline-none md:top-[12dvh] md:bottom-auto md:max-h-[76dvh] md:w-[calc(100%-32px)] md:rounded-14 ${className}`}
        >
          {hideTitle ? (
            <Base.Title className="sr-only">{title}</Base.Title>
          ) : (
            <header className="flex items-center gap-3 py-3 pr-3 pl-5">
              <Base.Title className="flex-1 text-16 font-semibold">{title}</Base.Title>
              <Base.Close className="btn-icon" aria-label={t.close}>
                <Icon name="close" />
              </Base.Close>
            </header>
          )}
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
