import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ApiError, patch } from '../api/http';
import { channelsQuery, queryClient } from '../api/queries';
import type { Contact, Scheduled } from '../api/types';
import { FormProblem } from '../auth/form-problem';
import { putScheduled } from '../composer/restore';
import { composerTexts } from '../composer/texts';
import { momentOf } from '../format/time';
import { t } from '../i18n';
import { Dialog } from '../ui/dialog';
import { Field, fieldError } from '../ui/field';
import { Icon } from '../ui/icon';
import { toast } from '../ui/toast';
import { momentAt, wallTime } from './wall-clock';

/** Whose mistakes are told where they are. */
const fields = ['text', 'send_at', 'channel_id'];

/** Changes what a scheduled message says, when it goes and over which channel. */
export default function ScheduledDialog({
  scheduled: s,
  contact,
  onClose,
}: {
  scheduled: Scheduled;
  contact: Contact;
  onClose: () => void;
}) {
  const x = composerTexts.text;
  const { data: channels = [] } = useQuery(channelsQuery);
  // A template's words are the provider's; only its time can be changed.
  const fixed = Boolean(s.content.template);
  const [text, setText] = useState(s.content.text ?? '');
  const [files, setFiles] = useState(s.content.attachments ?? []);
  const [channel, setChannel] = useState(s.channel_id ?? '');
  const [now] = useState(() => new Date());
  const [at, setAt] = useState(() => {
    const old = new Date(s.send_at);
    return wallTime(old > now ? old : new Date(now.getTime() + 3_600_000));
  });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const errors = error instanceof ApiError ? error.errors : undefined;
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const changedFiles = files.length !== (s.content.attachments?.length ?? 0);
      const saved = await patch('/contacts/{id}/scheduled/{scheduled}', {
        params: { id: s.contact_id, scheduled: s.id },
        headers: { 'If-Match': s.etag },
        body: {
          send_at: momentAt(at).toISOString(),
          ...(!fixed && { text }),
          ...(changedFiles && {
            attachments: files.map((f) => ({ file_id: f.file_id!, voice: f.kind === 'voice' })),
          }),
          ...(channel && channel !== s.channel_id && { channel_id: channel }),
        },
      });
      putScheduled(saved);
      toast(x.scheduled(momentOf(saved.send_at)));
      onClose();
    } catch (problem) {
      setError(problem);
      setBusy(false);
      void queryClient.invalidateQueries({ queryKey: ['scheduled', s.contact_id] });
    }
  };
  return (
    <Dialog title={x.editScheduled} onClose={onClose} width={520}>
      <form onSubmit={submit} className="flex min-h-0 flex-col">
        <div className="grid gap-4 overflow-y-auto px-5 pb-5">
          {!fields.some((f) => fieldError(errors, f)) && <FormProblem error={error} />}
          {fixed ? (
            <p className="rounded-10 bg-sunken px-3 py-2 whitespace-pre-wrap">{text}</p>
          ) : (
            <Field label={x.text} error={fieldError(errors, 'text')}>
              {(a) => (
                <textarea
                  data-autofocus
                  rows={4}
                  className="input min-h-24!"
                  {...a}
                  value={text}
                  onChange={(e) => setText(e.target.value)}
                />
              )}
            </Field>
          )}
          {files.length > 0 && !fixed && (
            <ul className="grid gap-1.5">
              {files.map((f, i) => (
                <li
                  key={f.file_id}
                  className="flex items-center gap-2 rounded-6 bg-sunken py-1 pr-1 pl-2.5 text-13"
                >
                  <Icon name="attach" size={15} />
                  <span className="min-w-0 flex-1 truncate">{f.name || t.kinds[f.kind]}</span>
                  <button
                    type="button"
                    className="btn-icon size-7"
                    aria-label={x.removeFile(f.name || t.kinds[f.kind])}
                    onClick={() => setFiles(files.toSpliced(i, 1))}
                  >
                    <Icon name="close" size={14} />
                  </button>
                </li>
              ))}
            </ul>
          )}
          <Field label={x.when} error={fieldError(errors, 'send_at')}>
            {(a) => (
              <input
                type="datetime-local"
                required
                className="input"
                min={wallTime(now)}
                {...a}
                value={at}
                onChange={(e) => setAt(e.target.value)}
              />
            )}
          </Field>
          {!s.comment && contact.identities.length > 1 && (
            <Field label={x.channel} error={fieldError(errors, 'channel_id')}>
              {(a) => (
                <select
                  className="input"
                  {...a}
                  value={channel}
                  onChange={(e) => setChannel(e.target.value)}
                >
                  {contact.identities.map((i) => (
                    <option key={i.channel_id} value={i.channel_id}>
                      {channels.find((c) => c.id === i.channel_id)?.name ?? i.channel_name}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          )}
        </div>
        <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
          <button type="button" className="btn" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="submit" className="btn btn-primary" disabled={busy || !at}>
            {x.schedule}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
