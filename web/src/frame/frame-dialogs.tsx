import { AddContactDialog } from '../inbox/add-contact-dialog';
import { Palette } from './palette';
import { ShortcutsDialog } from './shortcuts-dialog';

export default function FrameDialogs({
  which,
  onClose,
}: {
  which: 'palette' | 'shortcuts' | 'add-contact';
  onClose: () => void;
}) {
  switch (which) {
    case 'palette':
      return <Palette onClose={onClose} />;
    case 'shortcuts':
      return <ShortcutsDialog onClose={onClose} />;
    case 'add-contact':
      return <AddContactDialog onClose={onClose} />;
  }
}
