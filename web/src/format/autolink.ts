export type TextPart = { text: string; href?: string };

// Only http and https, and bare www.: never javascript:, data: or anything else
// a stranger may write.
const address = /\b(?:https?:\/\/|www\.)[^\s<>"'`]+/gi;

/** Splits text into plain parts and links. The caller renders them as text nodes, never as HTML. */
export function autolink(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(address)) {
    const raw = trimmed(match[0]);
    const href = safeHref(raw);
    if (!href) continue;
    if (match.index > from) parts.push({ text: text.slice(from, match.index) });
    parts.push({ text: raw, href });
    from = match.index + raw.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}

/** Drops the punctuation that ends the sentence rather than the address. */
function trimmed(raw: string) {
  let s = raw.replace(/[.,;:!?…»”’]+$/, '');
  while (s.endsWith(')') && s.split(')').length > s.split('(').length) s = s.slice(0, -1);
  return s.replace(/[.,;:!?]+$/, '');
}

/** The address if it is http(s), else undefined. Also for addresses that providers give. */
export function safeHref(raw: string | undefined): string | undefined {
  if (!raw) return undefined;
  try {
    const url = new URL(/^www\./i.test(raw) ? `https://${raw}` : raw);
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
    return url.hostname.includes('.') || url.hostname === 'localhost' ? url.href : undefined;
  } catch {
    return undefined;
  }
}
