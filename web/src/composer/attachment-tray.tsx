import { fileSize, percent } from '../format/size';
import { consoleTexts } from '../timeline/console-texts';
import { Icon } from '../ui/icon';
import type { PendingFile } from './use-attachments';

/** The files that go with the message: progress while they upload, and why one can't go. */
export function AttachmentTray({
  files,
  refusals,
  onDrop,
}: {
  files: PendingFile[];
  refusals: Map<number, string | undefined>;
  onDrop: (key: number) => void;
}) {
  if (files.length === 0) return null;
  return (
    <ul className="flex max-h-44 flex-wrap gap-2 overflow-y-auto px-3 pt-3" aria-live="polite">
      {files.map((f) => {
        const problem = refusals.get(f.key);
        return (
          <li
            key={f.key}
            className={`relative flex w-56 items-center gap-2.5 overflow-hidden rounded-10 border p-1.5 ${problem ? 'border-red bg-red-tint' : 'border-line bg-surface'}`}
          >
            {f.preview ? (
              <img src={f.preview} alt="" className="size-10 rounded-6 object-cover" />
            ) : (
              <span className="inline-flex size-10 items-center justify-center rounded-6 bg-sunken text-muted">
                <Icon name={f.kind === 'video' ? 'video' : f.kind === 'audio' ? 'mic' : 'file'} />
              </span>
            )}
            <span className="min-w-0 flex-1 text-12">
              <span className="block truncate text-13 font-medium text-text">{f.name}</span>
              <span className={problem ? 'text-red' : 'text-muted'}>
                {problem ??
                  (f.stored ? fileSize(f.size) : consoleTexts.text.uploading(percent(f.progress)))}
              </span>
            </span>
            <button
              type="button"
              aria-label={consoleTexts.text.removeAttachment(f.name)}
              className="btn-icon size-6"
              onClick={() => onDrop(f.key)}
            >
              <Icon name="close" size={14} />
            </button>
            {!f.stored && !problem && (
              <span
                className="absolute bottom-0 left-0 h-0.5 bg-accent transition-[width]"
                style={{ width: `${f.progress * 100}%` }}
              />
            )}
          </li>
        );
      })}
    </ul>
  );
}
