import type { RefObject } from 'react';
import { flushSync } from 'react-dom';

/**
 * Makes a change that leads back to the text box, and goes there before anything else
 * happens: of who types fast the next key comes before the next frame, and belongs there.
 * `selected` says where the caret stands then, or what is selected.
 */
export function atOnce(
  input: RefObject<HTMLTextAreaElement | null>,
  change: () => void,
  selected?: { from: number; to?: number },
): void {
  flushSync(change);
  // After the panel in which it was chosen has given the focus back to its button.
  queueMicrotask(() => {
    input.current?.focus();
    if (selected) input.current?.setSelectionRange(selected.from, selected.to ?? selected.from);
  });
}
