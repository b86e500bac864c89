import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import type { Snippet, Variable } from '../api/types';
import { plain } from '../format/plain';
import { Icon } from '../ui/icon';
import { snippetsQuery, variablesQuery } from './queries';
import { composerTexts } from './texts';
import type { Trigger } from './trigger';

/** Takes a key of the text box; true where it was meant for the list. */
export type ListKeys = (e: KeyboardEvent) => boolean;

export interface SuggestionsProps {
  id: string;
  trigger: Trigger;
  contactId: string;
  keys: RefObject<ListKeys | null>;
  onActive: (optionId: string | undefined) => void;
  onVariable: (token: string) => void;
  onSnippet: (snippet: Snippet) => void;
  onClose: () => void;
}

/** What can be written behind the sign that was typed. The focus stays in the text. */
export default function Suggestions(props: SuggestionsProps) {
  return props.trigger.kind === 'variable' ? <Variables {...props} /> : <Snippets {...props} />;
}

function Variables({ trigger, contactId, onVariable, ...list }: SuggestionsProps) {
  const x = composerTexts.text;
  const { data } = useQuery(variablesQuery(contactId));
  const words = plain(trigger.query);
  const found = (data ?? []).filter((v) => plain(`${v.token.slice(1)} ${v.label}`).includes(words));
  // A price isn't a question.
  if (data && found.length === 0) return null;
  return (
    <List
      {...list}
      label={x.variables}
      items={found}
      keyOf={(v) => v.token}
      onPick={(v) => onVariable(v.token)}
      row={(v: Variable) => (
        <>
          <span className="min-w-0 flex-1 truncate">
            {v.label} <span className="text-12 text-faint">{v.token}</span>
          </span>
          <span className="max-w-[45%] shrink-0 truncate text-12 text-muted">
            {v.value || x.noValue}
          </span>
        </>
      )}
    />
  );
}

function Snippets({ trigger, onSnippet, ...list }: SuggestionsProps) {
  const x = composerTexts.text;
  const { data, isPlaceholderData } = useQuery(snippetsQuery(trigger.query));
  if (!data) return null;
  if (data.length === 0)
    return (
      <p className="absolute bottom-full left-0 z-20 mb-1.5 rounded-10 bg-surface px-3 py-2 text-13 text-muted shadow-float">
        {trigger.query ? x.noSnippet : x.noSnippets}
      </p>
    );
  return (
    <List
      {...list}
      label={x.snippets}
      items={data}
      busy={isPlaceholderData}
      keyOf={(s) => s.id}
      onPick={onSnippet}
      row={(s: Snippet) => (
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span className="truncate font-medium">/{s.name}</span>
            <span className="shrink-0 text-12 text-faint">{x[s.scope]}</span>
          </span>
          <span className="flex gap-2 text-13 text-muted">
            <span className="min-w-0 truncate">{s.text}</span>
            {s.files.length > 0 && (
              <span className="inline-flex shrink-0 items-center gap-0.5">
                <Icon name="attach" size={14} />
                {x.files(s.files.length)}
              </span>
            )}
          </span>
        </span>
      )}
      // What the line can't hold.
      preview={(s: Snippet) => (s.text.length > 60 || s.text.includes('\n') ? s.text : '')}
    />
  );
}

function List<T>({
  id,
  label,
  items,
  busy = false,
  keyOf,
  row,
  preview,
  keys,
  onActive,
  onPick,
  onClose,
}: {
  id: string;
  label: string;
  items: T[];
  /** What is shown answers an earlier question. */
  busy?: boolean;
  keyOf: (item: T) => string;
  row: (item: T) => React.ReactNode;
  preview?: (item: T) => string;
  keys: RefObject<ListKeys | null>;
  onActive: (optionId: string | undefined) => void;
  onPick: (item: T) => void;
  onClose: () => void;
}) {
  const [at, setAt] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const active = Math.min(at, items.length - 1);
  const activeId = items.length ? `${id}-${active}` : undefined;
  const first = items[0] && keyOf(items[0]);
  useEffect(() => {
    if (first) setAt(0);
  }, [first]);
  useEffect(() => {
    onActive(activeId);
    if (activeId) document.getElementById(activeId)?.scrollIntoView({ block: 'nearest' });
    return () => onActive(undefined);
  }, [activeId, onActive]);
  useEffect(() => {
    keys.current = (e) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
      if (e.key === 'Escape') onClose();
      else if (items.length === 0) return false;
      else if (step) setAt((active + step + items.length) % items.length);
      else if ((e.key === 'Enter' && !e.shiftKey) || e.key === 'Tab') {
        if (!busy) onPick(items[active]!);
      } else return false;
      e.preventDefault();
      return true;
    };
    return () => {
      keys.current = null;
    };
  });
  const shown = preview && items[active] ? preview(items[active]) : '';
  return (
    <div className="absolute inset-x-0 bottom-full z-20 mb-1.5 flex max-w-[560px] flex-col overflow-hidden rounded-10 border border-line bg-surface text-text shadow-float">
      <div
        ref={box}
        id={id}
        role="listbox"
        aria-label={label}
        className="max-h-[min(264px,38dvh)] overflow-y-auto p-1"
      >
        {items.map((item, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the text box's
          <div
            key={keyOf(item)}
            id={`${id}-${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === active}
            className="flex min-h-9 cursor-pointer items-center gap-3 rounded-6 px-2.5 py-1.5 aria-selected:bg-tint max-md:min-h-11"
            onPointerMove={() => setAt(i)}
            // The text keeps the focus, and its caret.
            onPointerDown={(e) => e.preventDefault()}
            onMouseDown={(e) => e.preventDefault()}
            onClick={() => onPick(item)}
          >
            {row(item)}
          </div>
        ))}
      </div>
      {shown && (
        <p className="line-clamp-4 border-t border-line bg-sunken px-3.5 py-2.5 text-13 whitespace-pre-wrap text-muted max-md:hidden">
          {shown}
        </p>
      )}
    </div>
  );
}
