import { useEffect, useRef, useState } from 'react';
import { ApiError } from '../api/http';
import type { Attachment, ContentKind, StoredFile } from '../api/types';
import { uploadFile } from '../api/upload';
import { t } from '../i18n';
import { kindOfFile } from './channel-rules';
import { keep, keptOf, revoke } from './kept';

export interface PendingFile {
  key: number;
  name: string;
  mime: string;
  size: number;
  kind: ContentKind;
  preview: string;
  progress: number;
  stored: StoredFile | null;
  error: string;
}

let nextKey = 1;

/**
 * Files on their way up; each is stored on the server before the message is sent. Those
 * that are there wait for whoever goes to another contact meanwhile.
 */
export function useAttachments(contactId: string, userId: string) {
  const [files, setFiles] = useState<PendingFile[]>(() => keptOf(contactId, userId).files);
  const latest = useRef(files);
  latest.current = files;
  const aborts = useRef(new Map<number, AbortController>());
  useEffect(
    () => () => {
      for (const a of aborts.current.values()) a.abort();
      for (const f of latest.current) if (!f.stored) revoke(f);
      keep(contactId, userId, { files: latest.current.filter((f) => f.stored) });
    },
    [],
  );

  const change = (key: number, values: Partial<PendingFile>) =>
    setFiles((old) => old.map((f) => (f.key === key ? { ...f, ...values } : f)));

  const add = (list: Iterable<File>) => {
    for (const file of list) {
      const key = nextKey++;
      const abort = new AbortController();
      aborts.current.set(key, abort);
      const kind = kindOfFile(file.type);
      setFiles((old) => [
        ...old,
        {
          key,
          name: file.name || t.kinds[kind],
          mime: file.type,
          size: file.size,
          kind,
          preview: kind === 'image' ? URL.createObjectURL(file) : '',
          progress: 0,
          stored: null,
          error: '',
        },
      ]);
      uploadFile(file, file.name || `${kind}`, {
        signal: abort.signal,
        onProgress: (progress) => change(key, { progress }),
      }).then(
        (stored) => change(key, { stored, progress: 1 }),
        (error) =>
          change(key, {
            error: (error instanceof ApiError && (error.detail || error.title)) || t.uploadFailed,
          }),
      );
    }
  };
  const drop = (key: number) => {
    aborts.current.get(key)?.abort();
    clear(files.filter((f) => f.key === key));
  };
  /** Takes away files that were sent, or dropped. */
  const clear = (gone: PendingFile[]) => {
    gone.forEach(revoke);
    setFiles((old) => old.filter((f) => !gone.some((g) => g.key === f.key)));
  };
  const addStored = (list: Attachment[]) => setFiles((old) => [...old, ...list.map(asPending)]);
  return { files, add, addStored, drop, clear };
}

/** A file that the server has already: of a snippet, or of a message taken back. */
export function asPending(a: Attachment): PendingFile {
  const url = `/files/${a.file_id}/${encodeURIComponent(a.name || 'file')}`;
  return {
    key: nextKey++,
    name: a.name || t.kinds[a.kind],
    mime: a.mime ?? '',
    size: a.size ?? 0,
    kind: a.kind,
    preview: a.kind === 'image' ? `${url}?w=160` : '',
    progress: 1,
    stored: {
      id: a.file_id!,
      name: a.name ?? '',
      mime: a.mime ?? '',
      size: a.size ?? 0,
      kind: a.kind as StoredFile['kind'],
      width: a.width ?? 0,
      height: a.height ?? 0,
      duration: a.duration ?? 0,
      url,
    },
    error: '',
  };
}
