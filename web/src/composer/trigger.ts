/** What is being asked for by typing: a variable behind $, a snippet behind /. */
export interface Trigger {
  kind: 'variable' | 'snippet';
  query: string;
  /** Where the sign stands, and where the caret is. */
  from: number;
  to: number;
}

/** The trigger that ends at the caret, if one does. */
export function triggerAt(text: string, caret: number): Trigger | null {
  const before = text.slice(0, caret);
  const variable = /\$[\p{L}\p{M}\w.]*$/u.exec(before)?.[0];
  if (variable !== undefined)
    return { kind: 'variable', query: variable.slice(1), from: caret - variable.length, to: caret };
  // A slash inside a word is just a slash.
  const snippet = /(?<=^|\s)\/[\p{L}\p{M}\w-]*$/u.exec(before)?.[0];
  if (snippet !== undefined)
    return { kind: 'snippet', query: snippet.slice(1), from: caret - snippet.length, to: caret };
  return null;
}

/** Whether a text may have variables at all; only then the server is asked. */
export const mayHaveVariables = (text: string) => /\$(contact|assignee|system)\.\w/i.test(text);
