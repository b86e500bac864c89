import { post } from '../api/http';
import { newKey } from '../api/key';
import type { BulkTarget } from '../api/types';

/** Has the browser save a file of contacts, which it receives bit by bit. */
export async function exportContacts(target: BulkTarget) {
  const { url } = await post('/contact-exports', {
    body: { target },
    headers: { 'Idempotency-Key': newKey() },
  });
  const link = document.createElement('a');
  link.href = url;
  link.download = '';
  link.click();
}
