import type { Attachment, Choice, Message } from './api';
import { h, icon, paths } from './dom';
import { links, type Words } from './text';

export interface Shown extends Message {
  status?: 'sending' | 'sent' | 'failed';
  problem?: string;
}

export interface Actions {
  host: string;
  words: Words;
  lang: string;
  read: boolean;
  retry(m: Shown): void;
  discard(m: Shown): void;
  choose(m: Shown, c: Choice): void;
  look(src: string, alt: string): void;
  grew(): void;
}

function rich(text: string): HTMLElement {
  const out = h('span', { dir: 'auto' });
  for (const p of links(text))
    out.append(p.href ? h('a', { href: p.href, target: '_blank', rel: 'noopener noreferrer nofollow' }, p.text) : p.text);
  return out;
}

function size(bytes = 0): string {
  return bytes >= 1 << 20 ? `${(bytes / (1 << 20)).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;
}

function card(href: string | undefined, path: string, title: string, detail: string): HTMLElement {
  const inner = [icon(path), h('span', {}, title, detail ? h('small', {}, detail) : null)];
  return href
    ? h('a', { class: 'b card', href, target: '_blank', rel: 'noopener noreferrer' }, ...inner)
    : h('div', { class: 'b card' }, ...inner);
}

function file(a: Attachment, act: Actions): HTMLElement {
  const src = a.url ? (a.url.startsWith('blob:') ? a.url : act.host + a.url) : undefined;
  const name = a.name || act.words.image;
  if (src && (a.kind === 'image' || a.kind === 'sticker')) {
    const img = h('img', {
      src: src.startsWith('blob:') ? src : `${src}&w=480`,
      alt: name,
      width: a.width || undefined,
      height: a.height || undefined,
      onload: act.grew,
    });
    img.style.height = 'auto';
    return h('button', { class: 'pic', type: 'button', 'aria-label': name, onclick: () => act.look(src, name) }, img);
  }
  if (src && a.kind === 'video')
    return h('video', { src, controls: true, preload: 'metadata', 'aria-label': name, onloadedmetadata: act.grew });
  if (src && (a.kind === 'audio' || a.kind === 'voice'))
    return h('audio', { src, controls: true, preload: 'metadata', 'aria-label': name });
  return card(src, paths.file, name, size(a.size));
}

function options(m: Shown, act: Actions): HTMLElement | null {
  const i = m.interactive;
  if (!i) return null;
  const all = [...(i.buttons ?? []), ...(i.sections ?? []).flatMap((s) => s.rows)];
  const box = h('div', { class: 'opts' });
  for (const c of all)
    box.append(
      h(
        'button',
        { type: 'button', onclick: () => act.choose(m, c) },
        c.title,
        c.description ? h('small', {}, c.description) : null,
      ),
    );
  if (i.link && /^https?:/i.test(i.link.url))
    box.append(h('a', { href: i.link.url, target: '_blank', rel: 'noopener noreferrer' }, i.link.title));
  return box.childElementCount ? box : null;
}

/** Draws one message. */
export function bubble(m: Shown, act: Actions): HTMLElement {
  const w = act.words;
  const el = h('div', { class: m.mine ? 'm mine' : 'm', 'data-id': m.id });
  if (m.deleted) {
    el.append(h('div', { class: 'b gone' }, w.deleted));
    return el;
  }
  for (const a of m.attachments ?? []) el.append(file(a, act));
  if (m.location) {
    const { latitude, longitude, name, address } = m.location;
    el.append(
      card(
        `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`,
        paths.pin,
        name || w.map,
        address || `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`,
      ),
    );
  }
  const said = m.form?.fields?.length ? m.form.fields.map((f) => f.value).join('\n') : m.text;
  if (said || m.interactive) {
    el.append(
      h(
        'div',
        { class: 'b' },
        m.quote ? h('div', { class: 'quote' }, m.quote.text || '…') : null,
        m.interactive?.header ? h('strong', {}, m.interactive.header, '\n') : null,
        said ? rich(said) : null,
        m.interactive?.footer ? h('small', {}, `\n${m.interactive.footer}`) : null,
      ),
    );
  }
  const opts = options(m, act);
  if (opts) el.append(opts);
  const time = new Date(m.at).toLocaleTimeString(act.lang, { hour: 'numeric', minute: '2-digit' });
  const meta = h('div', { class: m.status === 'failed' ? 'meta bad' : 'meta' }, h('time', { datetime: m.at }, time));
  if (m.mine) {
    const [path, word] =
      m.status === 'sending'
        ? [paths.clock, w.sending]
        : m.status === 'failed'
          ? [paths.alert, w.failed]
          : act.read
            ? [paths.checks, w.read]
            : [paths.check, w.sent];
    meta.append(icon(path, 14), h('span', { class: 'sr' }, word));
    if (m.status === 'failed')
      meta.append(
        h('span', {}, m.problem || w.left),
        h('button', { type: 'button', onclick: () => act.retry(m) }, h('u', {}, w.again)),
        h('button', { type: 'button', onclick: () => act.discard(m) }, h('u', {}, w.discard)),
      );
  }
  el.append(meta);
  return el;
}
