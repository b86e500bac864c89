import { type FormEvent, Suspense, useEffect, useState } from 'react';
import { post } from '../api/http';
import type { Contact, Identity, Template, Unresolved } from '../api/types';
import { uploadFile } from '../api/upload';
import { t } from '../i18n';
import { extraTexts } from '../i18n/lazy-with';
import { enqueue } from '../outbox/outbox';
import { consoleTexts } from '../timeline/console-texts';
import { TextField } from '../ui/field';
import { Icon } from '../ui/icon';
import { PopoverButton } from '../ui/popover';
import { PanelSkeleton } from '../ui/states';
import { toastError } from '../ui/toast';
import { tip } from '../ui/tooltip';
import { fillText, type HeaderFile, missing, templateSend, variableKey } from './template-fill';
import { lazyHelp } from './texts';
import { mayHaveVariables } from './trigger';

const UnresolvedNotice = lazyHelp(() => import('./unresolved-notice'));
const SchedulePanel = lazyHelp(() => import('./schedule-panel'));

/** Fills the variables beside a live picture of what the contact will see. */
export function TemplateForm({
  template,
  contact,
  identity,
  onBack,
  onSent,
}: {
  template: Template;
  contact: Contact;
  identity: Identity;
  onBack: () => void;
  onSent: () => void;
}) {
  const x = extraTexts.text;
  const [values, setValues] = useState<Record<string, string>>({});
  const [header, setHeader] = useState<HeaderFile | null>(null);
  const [busy, setBusy] = useState(false);
  const variables = template.variables ?? [];
  const fileKind = { IMAGE: 'image', VIDEO: 'video', DOCUMENT: 'file' }[
    template.header?.format ?? ''
  ] as HeaderFile['kind'] | undefined;

  const [doubt, setDoubt] = useState<{ tokens: Unresolved[]; at?: Date } | null>(null);
  useEffect(() => setDoubt(null), [values]);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    void go();
  };
  const go = async (at?: Date) => {
    if (missing(template, values, header)) return;
    const typed = Object.values(values).join('\n');
    if (!doubt && mayHaveVariables(typed)) {
      setBusy(true);
      const seen = await post('/contacts/{id}/preview', {
        params: { id: contact.id },
        body: { text: typed },
        signal: AbortSignal.timeout(3000),
      }).catch(() => undefined); // Then it is sent as the server resolves it.
      setBusy(false);
      if (seen?.unresolved.length) {
        setDoubt({ tokens: seen.unresolved, at });
        return;
      }
    }
    const send = templateSend(template, values, header);
    const text = [
      template.header?.text && fillText(template.header.text, 'header', values),
      fillText(template.body, 'body', values),
      template.footer,
    ]
      .filter(Boolean)
      .join('\n\n');
    enqueue({
      contactId: contact.id,
      sendAt: at?.toISOString(),
      // The provider makes the words itself; ours are kept for the timeline and the list.
      body: { channel_id: identity.channel_id, template: send, text },
      content: { kind: 'template', text, template: send },
      replyTo: null,
    });
    onSent();
  };
  const upload = async (file: File) => {
    setBusy(true);
    try {
      const stored = await uploadFile(file, file.name, {});
      setHeader({ file_id: stored.id, kind: fileKind!, name: stored.name, mime: stored.mime });
    } catch (error) {
      toastError(error, t.uploadFailed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} className="flex min-h-0 flex-col">
      <div className="grid min-h-0 gap-5 overflow-y-auto border-t border-line p-5 md:grid-cols-2">
        <div className="grid content-start gap-3.5">
          {fileKind && (
            <div>
              <p className="mb-1 text-13 font-medium">
                {x.headerFile[template.header!.format as keyof typeof x.headerFile]}
              </p>
              <label className="btn relative focus-within:outline-2 focus-within:outline-accent">
                <Icon name="attach" size={16} />
                <span className="max-w-52 truncate">{header?.name ?? x.chooseFile}</span>
                <input
                  type="file"
                  className="absolute inset-0 opacity-0"
                  accept={fileKind === 'file' ? undefined : `${fileKind}/*`}
                  onChange={(e) => e.target.files?.[0] && void upload(e.target.files[0])}
                />
              </label>
            </div>
          )}
          {variables.map((v, i) => {
            const key = variableKey(v);
            const where =
              v.part === 'button'
                ? (template.buttons?.[v.index ?? 0]?.text ?? x.variable.button)
                : x.variable[v.part];
            return (
              <TextField
                key={key}
                label={x.variableLabel(where, v.name)}
                help={v.example ? x.example(v.example) : undefined}
                required
                {...(i === 0 && { 'data-autofocus': true })}
                value={values[key] ?? ''}
                onChange={(e) => setValues({ ...values, [key]: e.target.value })}
              />
            );
          })}
          {variables.length === 0 && !fileKind && (
            <p className="text-13 text-muted">{template.language}</p>
          )}
        </div>
        <div>
          <h3 className="eyebrow mb-2">{x.preview}</h3>
          <div className="rounded-10 bg-bg p-4">
            <div className="rounded-14 rounded-br-[5px] border border-tint-line bg-tint px-3 py-2">
              {template.header?.text && (
                <p className="font-semibold">{fillText(template.header.text, 'header', values)}</p>
              )}
              {fileKind && (
                <div className="mb-1.5 flex h-24 items-center justify-center rounded-[8px] bg-surface text-muted">
                  <Icon name={fileKind} size={24} />
                </div>
              )}
              <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">
                {fillText(template.body, 'body', values)}
              </p>
              {template.footer && <p className="mt-1 text-12 text-muted">{template.footer}</p>}
            </div>
            {template.buttons?.map((b) => (
              <div
                key={b.text}
                className="mt-1 rounded-[8px] border border-line bg-surface py-1.5 text-center text-13 font-medium text-accent"
              >
                {b.text}
              </div>
            ))}
          </div>
        </div>
      </div>
      {doubt && (
        <Suspense>
          <UnresolvedNotice
            tokens={doubt.tokens}
            onSend={() => void go(doubt.at)}
            onMend={() => setDoubt(null)}
          />
        </Suspense>
      )}
      <footer className="flex justify-between gap-2 border-t border-line px-5 py-3">
        <button type="button" className="btn" onClick={onBack}>
          <Icon name="left" size={16} />
          {x.otherTemplate}
        </button>
        <span className="ml-auto" />
        <PopoverButton
          label={consoleTexts.text.sendLater}
          className="btn-icon"
          side="top"
          disabled={busy || missing(template, values, header)}
          attributes={tip(consoleTexts.text.sendLater)}
          content={(close) => (
            <Suspense fallback={<PanelSkeleton className="w-72" />}>
              <SchedulePanel
                closesAt={null}
                onPick={(at) => {
                  close();
                  void go(at);
                }}
              />
            </Suspense>
          )}
        >
          <Icon name="clock" />
        </PopoverButton>
        <button
          type="submit"
          className="btn btn-primary"
          disabled={busy || missing(template, values, header)}
        >
          {x.sendTemplate}
        </button>
      </footer>
    </form>
  );
}
