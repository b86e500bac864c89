import { Dialog } from '@base-ui/react/dialog';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { customDialog } from '../custom-inbox/drafts';
import { t } from '../i18n';
import { Sidebar } from './sidebar';

/** The sidebar over the page. It goes when an inbox is chosen, or a dialog opened from it. */
export default function SidebarOverlay({ onClose }: { onClose: () => void }) {
  const popup = useRef<HTMLDivElement>(null);
  const dialog = useSyncExternalStore(customDialog.subscribe, customDialog.get);
  useEffect(() => {
    if (dialog) onClose();
  }, [dialog, onClose]);
  const first = () => {
    // Where there is no keyboard, looking for one would cover half of the inboxes.
    const what = matchMedia('(pointer: coarse)').matches ? '[aria-current=page]' : 'input';
    return popup.current?.querySelector<HTMLElement>(what) ?? true;
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-50 bg-scrim transition-opacity duration-100 data-starting-style:opacity-0" />
        <Dialog.Popup
          ref={popup}
          initialFocus={first}
          onClick={(e) => e.target instanceof Element && e.target.closest('a') && onClose()}
          className="fixed inset-y-0 left-0 z-50 md:left-14 flex w-[300px] max-w-[86vw] flex-col bg-sunken pt-[env(safe-area-inset-top)] pb-[env(safe-area-inset-bottom)] shadow-float transition-transform duration-100 outline-none data-starting-style:-translate-x-4"
        >
          <Dialog.Title className="sr-only">{t.inboxes}</Dialog.Title>
          <Sidebar onClose={onClose} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
