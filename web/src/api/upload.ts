import { ApiError, apiBase, commonHeaders, problemOf } from './http';
import { newKey } from './key';
import type { StoredFile } from './types';

/** Uploads one file with progress (0–1). XMLHttpRequest, because fetch can't report it. */
export function uploadFile(
  file: Blob,
  name: string,
  options: { voice?: boolean; onProgress?: (part: number) => void; signal?: AbortSignal },
): Promise<StoredFile> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const query = new URLSearchParams({ name, voice: String(options.voice ?? false) });
    xhr.open('POST', `${apiBase}/files?${query}`);
    xhr.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
    for (const [name, value] of Object.entries(commonHeaders())) xhr.setRequestHeader(name, value);
    xhr.setRequestHeader('Idempotency-Key', newKey());
    xhr.upload.onprogress = (e) => {
      if (e.lengthComputable) options.onProgress?.(e.loaded / e.total);
    };
    xhr.onload = async () => {
      if (xhr.status < 300) resolve(JSON.parse(xhr.responseText) as StoredFile);
      else reject(await problemOf(xhr.status, async () => JSON.parse(xhr.responseText)));
    };
    xhr.onerror = () => reject(new ApiError(0, { code: 'offline' }));
    xhr.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    options.signal?.addEventListener('abort', () => xhr.abort());
    xhr.send(file);
  });
}
