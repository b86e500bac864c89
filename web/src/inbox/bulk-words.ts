import type { Bulk } from '../api/types';
import { wholeNumber } from '../format/size';
import { bulkTexts } from './bulk-texts';

/** 320 of 1,234 */
export function progressOf(b: Bulk) {
  const x = bulkTexts.text;
  const done = b.changed + b.unchanged + b.failed;
  return b.state === 'gathering'
    ? x.gathering(b.total)
    : x.of(wholeNumber(done), wholeNumber(b.total));
}
