import { Store } from '../realtime/store';

/** Which of the frame's own dialogs is open. They can be opened from anywhere. */
export const frameDialog = new Store<'none' | 'palette' | 'shortcuts' | 'add-contact'>('none');
