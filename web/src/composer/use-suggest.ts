import { type RefObject, useId, useRef, useState } from 'react';
import { atOnce } from './at-once';
import type { ListKeys } from './suggestions';
import { type Trigger, triggerAt } from './trigger';

/** Watches a text box for what opens a list, and writes what was chosen there. */
export function useSuggest(
  text: string,
  setText: (text: string) => void,
  input: RefObject<HTMLTextAreaElement | null>,
) {
  const listId = useId();
  const [trigger, setTrigger] = useState<Trigger | null>(null);
  const [active, setActive] = useState<string>();
  const keys = useRef<ListKeys>(null);
  // A list that was closed stays so until another sign is typed.
  const closed = useRef(-1);
  const look = (el: HTMLTextAreaElement) => {
    const caret = el.selectionStart;
    const found = caret === el.selectionEnd ? triggerAt(el.value, caret) : null;
    if (found?.from !== closed.current) closed.current = -1;
    setTrigger((old) =>
      closed.current >= 0
        ? null
        : old && found && old.from === found.from && old.query === found.query
          ? old
          : found,
    );
  };
  const replace = (value: string) => {
    if (!trigger) return;
    const written = text.slice(0, trigger.from) + value;
    const caret = written.length;
    // What was chosen asks for nothing more, though it may end with a variable.
    closed.current = triggerAt(written, caret)?.from ?? -1;
    const change = () => {
      setText(written + text.slice(trigger.to));
      setTrigger(null);
    };
    atOnce(input, change, { from: caret });
  };
  return {
    listId,
    trigger,
    keys,
    setActive,
    replace,
    close: () => {
      closed.current = trigger?.from ?? -1;
      setTrigger(null);
    },
    attributes: {
      'aria-autocomplete': 'list' as const,
      'aria-controls': active ? listId : undefined,
      'aria-activedescendant': active,
      onSelect: (e: { currentTarget: HTMLTextAreaElement }) => look(e.currentTarget),
      onBlur: () => setTrigger(null),
    },
  };
}
