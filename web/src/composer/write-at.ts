import type { RefObject } from 'react';
import { flushSync } from 'react-dom';

/**
 * Writes what was chosen from a list into a text box and puts the caret at this place, at
 * once: of who types fast the next key comes before the next frame, and belongs after it.
 */
export function writeAt(
  input: RefObject<HTMLTextAreaElement | null>,
  caret: number,
  write: () => void,
): void {
  flushSync(write);
  input.current?.focus();
  input.current?.setSelectionRange(caret, caret);
}
