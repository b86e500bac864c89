import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { ApiError, patch, post } from '../api/http';
import { newKey } from '../api/key';
import { queryClient, teamsQuery, useMay } from '../api/queries';
import type { Snippet } from '../api/types';
import { uploadFile } from '../api/upload';
import { FormProblem } from '../auth/form-problem';
import { variablesQuery } from '../composer/queries';
import { composerTexts } from '../composer/texts';
import { t } from '../i18n';
import { Dialog } from '../ui/dialog';
import { Field, fieldError, TextField } from '../ui/field';
import { Icon } from '../ui/icon';
import { toast, toastError } from '../ui/toast';
import { CheckList } from './check-list';
import { settingsTexts } from './texts';

const nameLength = 50;
const textLength = 4096;
const maxFiles = 5;
const scopes = ['personal', 'team', 'workspace'] as const;

/** Makes a snippet, or changes one; the text is shown as a contact would read it. */
export default function SnippetDialog({
  snippet,
  onClose,
}: {
  snippet?: Snippet;
  onClose: () => void;
}) {
  const s = settingsTexts.text.snippets;
  const mayShare = useMay('snippets.manage');
  const { data: teams = [] } = useQuery(teamsQuery);
  const { data: variables = [] } = useQuery(variablesQuery(''));
  const [form, setForm] = useState({
    name: snippet?.name ?? '',
    text: snippet?.text ?? '',
    scope: snippet?.scope ?? 'personal',
    team_ids: snippet?.team_ids ?? [],
  });
  const [files, setFiles] = useState(
    () => snippet?.files.map((f) => ({ id: f.file_id!, name: f.name || t.kinds[f.kind] })) ?? [],
  );
  const [key] = useState(newKey);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const area = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const errors = error instanceof ApiError ? error.errors : undefined;
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    const body = {
      ...form,
      team_ids: form.scope === 'team' ? form.team_ids : [],
      files: files.map((f) => ({ file_id: f.id })),
    };
    try {
      if (snippet) await patch('/snippets/{id}', { params: { id: snippet.id }, body });
      else await post('/snippets', { body, headers: { 'Idempotency-Key': key } });
      await queryClient.invalidateQueries({ queryKey: ['snippet-list'] });
      toast(settingsTexts.text.saved);
      onClose();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  const insert = (token: string) => {
    const at = area.current?.selectionStart ?? form.text.length;
    setForm({ ...form, text: form.text.slice(0, at) + token + form.text.slice(at) });
    requestAnimationFrame(() => {
      area.current?.focus();
      area.current?.setSelectionRange(at + token.length, at + token.length);
    });
  };
  const upload = async (list: FileList) => {
    setBusy(true);
    try {
      for (const file of [...list].slice(0, maxFiles - files.length)) {
        const stored = await uploadFile(file, file.name, {});
        setFiles((old) => [...old, { id: stored.id, name: stored.name }]);
      }
    } catch (problem) {
      toastError(problem, t.uploadFailed);
    } finally {
      setBusy(false);
    }
  };
  const preview = variables.reduce(
    (text, v) => text.replaceAll(braced(v.token), `$1${v.example || `[${v.label}]`}`),
    form.text,
  );
  return (
    <Dialog title={snippet ? s.edit : s.add} onClose={onClose} width={560}>
      <form onSubmit={submit} className="flex min-h-0 flex-col">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 overflow-y-auto px-5 pb-5">
          {!errors?.length && <FormProblem error={error} />}
          <TextField
            label={s.name}
            help={s.nameHelp}
            required
            data-autofocus
            autoComplete="off"
            maxLength={nameLength}
            value={form.name}
            onChange={(e) => setForm({ ...form, name: e.target.value.replace(/^\//, '') })}
            error={fieldError(errors, 'name')}
          />
          <div>
            <Field label={s.text} error={fieldError(errors, 'text')}>
              {(a) => (
                <textarea
                  ref={area}
                  className="input min-h-28!"
                  rows={5}
                  maxLength={textLength}
                  {...a}
                  value={form.text}
                  onChange={(e) => setForm({ ...form, text: e.target.value })}
                />
              )}
            </Field>
            <select
              aria-label={s.insertVariable}
              className="input mt-1.5 h-8 w-auto! max-w-full text-13"
              value=""
              onChange={(e) => insert(e.target.value)}
            >
              <option value="">{s.insertVariable}</option>
              {variables.map((v) => (
                <option key={v.token} value={v.token}>
                  {v.label} ({v.token})
                </option>
              ))}
            </select>
          </div>
          {preview !== form.text && (
            <section aria-label={s.preview}>
              <p className="mb-1 text-13 font-medium">{s.preview}</p>
              <p className="rounded-14 rounded-br-[5px] border border-tint-line bg-tint px-3 py-2 break-words whitespace-pre-wrap">
                {preview}
              </p>
            </section>
          )}
          <div>
            <p className="mb-1 text-13 font-medium">{s.files}</p>
            {files.length > 0 && (
              <ul className="mb-2 grid gap-1.5">
                {files.map((f) => (
                  <li
                    key={f.id}
                    className="flex items-center gap-2 rounded-6 bg-sunken py-1 pr-1 pl-2.5 text-13"
                  >
                    <Icon name="attach" size={15} />
                    <span className="min-w-0 flex-1 truncate">{f.name}</span>
                    <button
                      type="button"
                      className="btn-icon size-7"
                      aria-label={composerTexts.text.removeFile(f.name)}
                      onClick={() => setFiles(files.filter((x) => x.id !== f.id))}
                    >
                      <Icon name="close" size={14} />
                    </button>
                  </li>
                ))}
              </ul>
            )}
            <input
              ref={picker}
              type="file"
              multiple
              hidden
              onChange={(e) => {
                if (e.target.files) void upload(e.target.files);
                e.target.value = '';
              }}
            />
            <button
              type="button"
              className="btn"
              disabled={busy || files.length >= maxFiles}
              onClick={() => picker.current?.click()}
            >
              <Icon name="attach" size={16} />
              {s.addFile}
            </button>
            {fieldError(errors, 'files') && (
              <p role="alert" className="mt-1 text-12 text-red">
                {fieldError(errors, 'files')}
              </p>
            )}
          </div>
          {mayShare && (
            <fieldset>
              <legend className="mb-1 text-13 font-medium">{s.scope}</legend>
              <div className="flex flex-wrap gap-x-5">
                {scopes.map((scope) => (
                  <label key={scope} className="flex min-h-9 items-center gap-2 max-md:min-h-11">
                    <input
                      type="radio"
                      name="scope"
                      className="size-[18px] accent-accent"
                      checked={form.scope === scope}
                      onChange={() => setForm({ ...form, scope })}
                    />
                    {s.scopes[scope]}
                  </label>
                ))}
              </div>
            </fieldset>
          )}
          {mayShare && form.scope === 'team' && (
            <div>
              <CheckList
                key={teams.length ? 'there' : 'coming'}
                legend={s.teams}
                items={teams.map((x) => ({ id: x.id, label: x.name }))}
                chosen={form.team_ids}
                onChange={(team_ids) => setForm({ ...form, team_ids })}
                search={s.teams}
                empty={s.noTeams}
              />
              {fieldError(errors, 'team_ids') && (
                <p role="alert" className="mt-1 text-12 text-red">
                  {fieldError(errors, 'team_ids')}
                </p>
              )}
            </div>
          )}
        </div>
        <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
          <button type="button" className="btn" onClick={onClose}>
            {t.cancel}
          </button>
          <button
            type="submit"
            className="btn btn-primary"
            disabled={busy || !form.name.trim() || (!form.text.trim() && files.length === 0)}
          >
            {snippet ? settingsTexts.text.saveChanges : s.create}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

/** A variable as it stands in a text: not as the beginning of a longer name. */
const braced = (token: string) =>
  new RegExp(
    `(^|[^$])(?:\\{\\{ *)?${token.replaceAll(/[$.]/g, '\\$&')}(?![\\w])(?:\\|"[^"\\n]*")?(?: *\\}\\})?`,
    'gi',
  );
