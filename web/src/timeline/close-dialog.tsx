import { useId, useState } from 'react';
import type { Closing } from '../api/types';
import { t } from '../i18n';
import { extraTexts } from '../i18n/lazy-with';
import { Dialog } from '../ui/dialog';
import { consoleTexts } from './console-texts';

const maxSummary = 512;

/** The closing note: what the conversation was about, and how it ended. */
export default function CloseDialog({
  closing,
  onCancel,
  onClose,
}: {
  closing: Closing;
  onCancel: () => void;
  onClose: (note: { category?: string; summary?: string }) => void;
}) {
  const x = extraTexts.text;
  const id = useId();
  const [category, setCategory] = useState('');
  const [summary, setSummary] = useState('');
  const [tried, setTried] = useState(false);
  const needsCategory = closing.mode !== 'optional';
  const needsSummary = closing.mode === 'both';
  const noCategory = needsCategory && !category;
  const noSummary = needsSummary && !summary.trim();
  const tooLong = [...summary].length > maxSummary;
  const description = closing.categories.find((c) => c.name === category)?.description;
  const star = (needed: boolean) => (needed ? '' : ` (${x.optional})`);
  return (
    <Dialog title={consoleTexts.text.closeConversation} onClose={onCancel}>
      <form
        className="flex min-h-0 flex-col"
        onSubmit={(e) => {
          e.preventDefault();
          setTried(true);
          if (noCategory || noSummary || tooLong) return;
          onClose({
            ...(category && { category }),
            ...(summary.trim() && { summary: summary.trim() }),
          });
        }}
      >
        <div className="grid gap-4 overflow-y-auto px-5 pb-4">
          <div>
            <label htmlFor={`${id}-c`} className="mb-1.5 block text-13 font-medium">
              {x.closingCategory}
              {star(needsCategory)}
            </label>
            <select
              id={`${id}-c`}
              data-autofocus
              className="input"
              value={category}
              aria-invalid={tried && noCategory}
              aria-describedby={`${id}-ch`}
              onChange={(e) => setCategory(e.target.value)}
            >
              <option value="">—</option>
              {closing.categories.map((c) => (
                <option key={c.id} value={c.name}>
                  {c.name}
                </option>
              ))}
            </select>
            <p
              id={`${id}-ch`}
              className={`mt-1 text-12 ${tried && noCategory ? 'text-red' : 'text-muted'}`}
            >
              {tried && noCategory ? x.categoryNeeded : (description ?? '')}
            </p>
          </div>
          <div>
            <label htmlFor={`${id}-s`} className="mb-1.5 block text-13 font-medium">
              {x.summary}
              {star(needsSummary)}
            </label>
            <textarea
              id={`${id}-s`}
              className="input h-28 py-2"
              value={summary}
              aria-invalid={(tried && noSummary) || tooLong}
              aria-describedby={`${id}-sh`}
              onChange={(e) => setSummary(e.target.value)}
            />
            <p
              id={`${id}-sh`}
              className={`mt-1 flex text-12 ${(tried && noSummary) || tooLong ? 'text-red' : 'text-muted'}`}
            >
              <span className="flex-1">
                {tried && noSummary ? x.summaryNeeded : tooLong ? x.summaryTooLong : ''}
              </span>
              {[...summary].length} / {maxSummary}
            </p>
          </div>
        </div>
        <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
          <button type="button" className="btn" onClick={onCancel}>
            {t.cancel}
          </button>
          <button type="submit" className="btn btn-primary">
            {consoleTexts.text.closeConversation}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
