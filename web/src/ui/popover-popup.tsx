import { Popover } from '@base-ui/react/popover';
import { type ReactNode, type RefObject, useRef } from 'react';
import { t } from '../i18n';
import { landmarkOf } from './landmark';

export default function PopoverPopup({
  anchor,
  label,
  align,
  side,
  onClose,
  children,
}: {
  anchor: RefObject<HTMLElement | null>;
  label: string;
  align: 'start' | 'center' | 'end';
  side: 'top' | 'bottom';
  onClose: () => void;
  children: ReactNode;
}) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Popover.Root
      open
      modal="trap-focus"
      onOpenChange={(open, details) => {
        const target = details.event.target;
        const own = target instanceof Node && anchor.current?.contains(target);
        if (!open && !(own && details.reason === 'outside-press')) onClose();
      }}
    >
      <Popover.Portal>
        <Popover.Positioner
          anchor={anchor}
          align={align}
          side={side}
          sideOffset={6}
          // It never covers another landmark's buttons, such as the list beside the console.
          collisionBoundary={anchor.current?.closest('main') ?? landmarkOf(anchor.current)}
          collisionPadding={8}
          className="z-50"
        >
          <Popover.Popup
            ref={popup}
            aria-label={label}
            finalFocus={anchor}
            initialFocus={() =>
              popup.current?.querySelector<HTMLElement>('[data-autofocus]') ?? true
            }
            className="menu p-0"
          >
            {children}
            {/* For those who can neither press Escape nor see what is outside. */}
            <Popover.Close className="sr-only">{t.close}</Popover.Close>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
