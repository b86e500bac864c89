import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { ApiError, put } from '../api/http';
import { closingQuery, queryClient, useMay } from '../api/queries';
import type { Closing } from '../api/types';
import { FormProblem } from '../auth/form-problem';
import { t } from '../i18n';
import { Icon } from '../ui/icon';
import { ErrorState } from '../ui/states';
import { toast } from '../ui/toast';
import { tip } from '../ui/tooltip';
import { crmTexts } from './crm-texts';
import { PageSkeleton, Section, SettingsPage } from './settings-page';
import { settingsTexts } from './texts';

const nameLength = 128;
const descriptionLength = 255;
const maxCategories = 200;
const modes = ['optional', 'category', 'both', 'off'] as const;

/** What closing a conversation asks for. */
export default function ClosingPage() {
  const s = crmTexts.text.closing;
  const may = useMay('workspace.manage');
  const closing = useQuery({ ...closingQuery, enabled: may, staleTime: 0 });
  return (
    <SettingsPage title={t.settingsPages.closing} help={s.help} needs="workspace.manage">
      {closing.isPending && <PageSkeleton />}
      {closing.isError && (
        <ErrorState error={closing.error} onRetry={() => void closing.refetch()} />
      )}
      {closing.data && <ClosingForm closing={closing.data} />}
    </SettingsPage>
  );
}

interface Row {
  /** Tells rows apart; those that aren't saved yet have no id. */
  key: number;
  id?: string;
  name: string;
  description: string;
}

function ClosingForm({ closing }: { closing: Closing }) {
  const s = crmTexts.text.closing;
  const next = useRef(0);
  const rowsOf = (c: Closing): Row[] =>
    c.categories.map(({ id, name, description = '' }) => ({
      key: next.current++,
      id,
      name,
      description,
    }));
  const [mode, setMode] = useState(closing.mode);
  const [rows, setRows] = useState(() => rowsOf(closing));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const list = useRef<HTMLUListElement>(null);
  const named = rows.filter((r) => r.name.trim());
  const lacking = (mode === 'category' || mode === 'both') && named.length === 0;
  const change = (key: number, values: Partial<Row>) =>
    setRows(rows.map((r) => (r.key === key ? { ...r, ...values } : r)));
  const add = () => {
    setRows([...rows, { key: next.current++, name: '', description: '' }]);
    requestAnimationFrame(() =>
      list.current?.querySelector<HTMLInputElement>('li:last-child input')?.focus(),
    );
  };
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const categories = named.map(({ id, name, description }) => ({ id, name, description }));
      const saved = await put('/closing', { body: { mode, categories } });
      queryClient.setQueryData(closingQuery.queryKey, saved);
      setRows(rowsOf(saved));
      toast(settingsTexts.text.saved);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  const problem = error instanceof ApiError ? error.errors?.[0]?.detail : undefined;
  return (
    <form onSubmit={submit}>
      <fieldset className="mt-6">
        <legend className="text-[15px] font-semibold">{s.mode}</legend>
        <div className="mt-3 grid gap-1">
          {modes.map((x) => (
            <label
              key={x}
              className="flex cursor-pointer items-start gap-3 rounded-10 px-3 py-2 hover:bg-hover has-checked:bg-tint"
            >
              <input
                type="radio"
                name="mode"
                className="mt-[3px] accent-accent"
                checked={mode === x}
                onChange={() => setMode(x)}
              />
              <span>
                <span className="block font-medium">{s.modes[x]}</span>
                <span className="block text-13 text-muted">{s.modeHelp[x]}</span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <Section title={s.categories} help={s.categoriesHelp}>
        {rows.length === 0 && <p className="mb-3 text-muted">{s.empty}</p>}
        <ul ref={list} className="grid gap-2">
          {rows.map((row) => (
            <li key={row.key} className="flex gap-2">
              <input
                aria-label={s.name}
                placeholder={s.namePlaceholder}
                autoComplete="off"
                maxLength={nameLength}
                className="input min-w-0 flex-1 sm:max-w-52"
                value={row.name}
                onChange={(e) => change(row.key, { name: e.target.value })}
              />
              <input
                aria-label={s.description}
                placeholder={s.descriptionPlaceholder}
                autoComplete="off"
                maxLength={descriptionLength}
                className="input min-w-0 flex-1"
                value={row.description}
                onChange={(e) => change(row.key, { description: e.target.value })}
              />
              <button
                type="button"
                className="btn-icon self-center"
                aria-label={s.remove(row.name)}
                {...tip(s.remove(row.name))}
                onClick={() => setRows(rows.filter((r) => r.key !== row.key))}
              >
                <Icon name="trash" size={16} />
              </button>
            </li>
          ))}
        </ul>
        {rows.length < maxCategories && (
          <button type="button" className="btn mt-3" onClick={add}>
            <Icon name="plus" size={16} />
            {s.add}
          </button>
        )}
      </Section>
      <div className="mt-6 grid justify-items-start gap-3">
        {problem ? (
          <p role="alert" className="text-13 text-red">
            {problem}
          </p>
        ) : (
          <FormProblem error={error} />
        )}
        {lacking && (
          <p role="status" className="text-13 text-muted">
            {s.needed}
          </p>
        )}
        <button type="submit" className="btn btn-primary" disabled={busy || lacking}>
          {settingsTexts.text.saveChanges}
        </button>
      </div>
    </form>
  );
}
