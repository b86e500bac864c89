import type { Content, User } from '../api/types';

const token = /\{\{@user\.(\d+)\}\}/g;

export type MentionPart = { text: string; userId?: string };

/** Splits a comment into plain text and the users it names. */
export function splitMentions(content: Pick<Content, 'text' | 'mentions'>): MentionPart[] {
  const text = content.text ?? '';
  const names = new Map(content.mentions?.map((m) => [m.user_id, m.name]));
  const parts: MentionPart[] = [];
  let from = 0;
  for (const match of text.matchAll(token)) {
    const name = names.get(match[1]!);
    if (name === undefined) continue;
    if (match.index > from) parts.push({ text: text.slice(from, match.index) });
    parts.push({ text: `@${name}`, userId: match[1] });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}

/** A message's text as people read it. */
export const shownText = (content: Pick<Content, 'text' | 'mentions'>) =>
  content.mentions?.length
    ? splitMentions(content)
        .map((p) => p.text)
        .join('')
    : content.text;

type Named = Pick<User, 'id' | 'name'>;
const letter = /[\p{L}\p{N}_]/u;

/**
 * Turns "@Name" into tokens. The longest name wins, and of two people of one name
 * whoever was picked.
 */
export function toTokens(text: string, users: Named[], picked: ReadonlyMap<string, string>) {
  const byLength = users.toSorted(
    (a, b) =>
      b.name.length - a.name.length ||
      Number(picked.get(b.name) === b.id) - Number(picked.get(a.name) === a.id),
  );
  const mentions = new Map<string, string>();
  let out = '';
  for (let i = 0; i < text.length; ) {
    const who =
      text[i] === '@' && !letter.test(text[i - 1] ?? '')
        ? byLength.find(
            (u) =>
              text.startsWith(u.name, i + 1) && !letter.test(text[i + 1 + u.name.length] ?? ''),
          )
        : undefined;
    out += who ? `{{@user.${who.id}}}` : text[i];
    if (who) mentions.set(who.id, who.name);
    i += who ? who.name.length + 1 : 1;
  }
  return { text: out, mentions: [...mentions].map(([user_id, name]) => ({ user_id, name })) };
}

/** What is being typed after an @ before the caret, if anything is. */
export function mentionQuery(text: string, caret: number) {
  if (caret < 1) return undefined; // lastIndexOf takes less than 0 for 0
  const at = text.lastIndexOf('@', caret - 1);
  if (at < 0 || letter.test(text[at - 1] ?? '')) return undefined;
  const query = text.slice(at + 1, caret);
  // A name may have a space or two; a sentence has more.
  return /^\S*( \S+){0,2} ?$/u.test(query) && query.length <= 40 && !query.startsWith(' ')
    ? { at, query }
    : undefined;
}
