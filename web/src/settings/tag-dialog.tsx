import { type FormEvent, useState } from 'react';
import { ApiError, patch, post } from '../api/http';
import { newKey } from '../api/key';
import { queryClient, tagsQuery } from '../api/queries';
import type { Tag } from '../api/types';
import { FormProblem } from '../auth/form-problem';
import { tagDots } from '../drawer/tag-dots';
import { t } from '../i18n';
import { Dialog } from '../ui/dialog';
import { fieldError, TextField } from '../ui/field';
import { toast } from '../ui/toast';
import { crmTexts } from './crm-texts';
import { settingsTexts } from './texts';

const nameLength = 255;
const descriptionLength = 255;
const colors = Object.keys(tagDots) as Tag['color'][];

/** Makes a tag, or changes one for all contacts that carry it. */
export default function TagDialog({ tag, onClose }: { tag?: Tag; onClose: () => void }) {
  const s = crmTexts.text.tags;
  const [form, setForm] = useState({
    name: tag?.name ?? '',
    description: tag?.description ?? '',
    emoji: tag?.emoji ?? '',
    color: tag?.color ?? ('grey' as Tag['color']),
  });
  const [key] = useState(newKey);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const errors = error instanceof ApiError ? error.errors : undefined;
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const saved = tag
        ? await patch('/tags/{id}', { params: { id: tag.id }, body: form })
        : await post('/tags', { body: form, headers: { 'Idempotency-Key': key } });
      queryClient.setQueryData(tagsQuery.queryKey, (all) =>
        [...(all ?? []).filter((x) => x.id !== saved.id), saved].sort((a, b) =>
          a.name.localeCompare(b.name, t.locale),
        ),
      );
      toast(settingsTexts.text.saved);
      onClose();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <Dialog title={tag ? s.edit : s.add} onClose={onClose} width={480}>
      <form onSubmit={submit} className="flex min-h-0 flex-col">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4 overflow-y-auto px-5 pb-5">
          {!errors?.length && <FormProblem error={error} />}
          <div className="grid grid-cols-[minmax(0,1fr)_96px] gap-3">
            <TextField
              label={s.name}
              placeholder={s.namePlaceholder}
              required
              data-autofocus
              autoComplete="off"
              maxLength={nameLength}
              value={form.name}
              onChange={(e) => setForm({ ...form, name: e.target.value })}
              error={fieldError(errors, 'name')}
            />
            <TextField
              label={s.emoji}
              autoComplete="off"
              maxLength={16}
              value={form.emoji}
              onChange={(e) => setForm({ ...form, emoji: e.target.value })}
              error={fieldError(errors, 'emoji')}
            />
          </div>
          <fieldset>
            <legend className="mb-1 text-13 font-medium">{s.color}</legend>
            <div className="flex flex-wrap gap-1.5">
              {colors.map((color) => (
                <label
                  key={color}
                  title={s.colors[color]}
                  className="relative grid size-9 cursor-pointer place-items-center rounded-full has-checked:bg-hover has-checked:ring-2 has-checked:ring-accent has-focus-visible:outline-2 has-focus-visible:outline-accent"
                >
                  <input
                    type="radio"
                    name="color"
                    className="absolute inset-0 size-full cursor-pointer opacity-0"
                    aria-label={s.colors[color]}
                    checked={form.color === color}
                    onChange={() => setForm({ ...form, color })}
                  />
                  <span className="size-5 rounded-full" style={{ background: tagDots[color] }} />
                </label>
              ))}
            </div>
          </fieldset>
          <TextField
            label={s.description}
            maxLength={descriptionLength}
            value={form.description}
            onChange={(e) => setForm({ ...form, description: e.target.value })}
            error={fieldError(errors, 'description')}
          />
        </div>
        <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
          <button type="button" className="btn" onClick={onClose}>
            {t.cancel}
          </button>
          <button type="submit" className="btn btn-primary" disabled={busy || !form.name.trim()}>
            {tag ? settingsTexts.text.saveChanges : s.create}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
