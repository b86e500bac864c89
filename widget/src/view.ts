import type { Message } from './api';
import { type Actions, bubble, type Shown } from './bubble';
import type { Chat } from './chat';
import { compose } from './composer';
import { h, icon, paths } from './dom';
import type { Place } from './panel';
import { type Form, prechat } from './prechat';
import type { Problem } from './queue';
import { dayName, fill } from './text';

/** View draws the panel from the chat's state. */
export class View {
  private readonly panel: HTMLElement;
  private readonly log = h('div', { class: 'log', role: 'log', tabindex: '0' });
  private readonly status = h('p');
  private readonly bar = h('div', { class: 'bar', role: 'status', hidden: true });
  private readonly live = h('div', { class: 'sr', 'aria-live': 'polite' });
  private readonly foot = h('div');
  private form: Form | undefined;
  private composer: ReturnType<typeof compose> | undefined;
  private drawn = new Map<string, { key: string; el: HTMLElement }>();
  private atEnd = true;

  constructor(
    private readonly chat: Chat,
    private readonly place: Place,
  ) {
    const { words, config, api } = chat;
    const texts = config.texts[api.lang];
    this.log.setAttribute('aria-label', words.messages);
    this.panel = h(
      'section',
      {
        class: 'panel',
        role: 'dialog',
        'aria-label': texts.title,
        lang: api.lang,
        hidden: true,
        onkeydown: (e: KeyboardEvent) => this.key(e),
      },
      h(
        'header',
        {},
        h('div', {}, h('h2', {}, texts.title ?? ''), this.status),
        h('button', { class: 'ic', type: 'button', 'aria-label': words.close, onclick: () => chat.close() }, icon(paths.close)),
      ),
      this.bar,
      this.log,
      this.foot,
      this.live,
    );
    this.log.addEventListener('scroll', () => {
      this.atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60;
    });
    place.root.append(this.panel);
  }

  isOpen(): boolean {
    return !this.panel.hidden;
  }

  show(): void {
    this.panel.hidden = false;
    this.place.launcher.setAttribute('aria-expanded', 'true');
    this.draw(true);
    (this.panel.querySelector<HTMLElement>('input,textarea') ?? this.panel.querySelector('button'))?.focus();
  }

  hide(): void {
    this.panel.hidden = true;
    this.place.launcher.setAttribute('aria-expanded', 'false');
    this.place.launcher.focus();
  }

  private key(e: KeyboardEvent): void {
    if (e.key === 'Escape' && !e.defaultPrevented) {
      this.chat.close();
      return;
    }
    if (e.key !== 'Tab') return;
    // Focus goes round inside the panel, as in any dialog.
    const all = [...this.panel.querySelectorAll<HTMLElement>('button,a[href],input,textarea,audio,video,[tabindex="0"]')].filter(
      (x) => !x.hasAttribute('disabled') && x.getClientRects().length > 0,
    );
    const at = all.indexOf(this.place.root.activeElement as HTMLElement);
    const next = e.shiftKey ? (at <= 0 ? all.length - 1 : -1) : at === all.length - 1 ? 0 : -1;
    if (next >= 0) {
      e.preventDefault();
      all[next]?.focus();
    }
  }

  announce(m: Message): void {
    this.live.textContent = `${m.from ?? ''}: ${m.text || m.attachments?.[0]?.name || ''}`;
  }

  refuse(p: Problem): void {
    this.form?.refuse(p);
  }

  private actions(): Actions {
    const chat = this.chat;
    return {
      host: chat.api.host,
      words: chat.words,
      lang: chat.api.lang,
      read: chat.read,
      retry: (m) => chat.retry(m),
      discard: (m) => chat.discard(m),
      choose: (m, c) => chat.choose(m, c),
      look: (src, alt) => this.look(src, alt),
      grew: () => this.atEnd && this.toEnd(),
    };
  }

  private toEnd(): void {
    this.log.scrollTop = this.log.scrollHeight;
  }

  draw(toEnd = false): void {
    if (this.panel.hidden) return;
    const { chat } = this;
    const texts = chat.config.texts[chat.api.lang];
    this.status.textContent = chat.config.online ? '' : (texts.away ?? '');
    this.status.hidden = !this.status.textContent;
    this.bar.hidden = chat.connected;
    this.bar.textContent = chat.connected ? '' : chat.words.offline;
    const act = this.actions();
    const keep = new Map<string, { key: string; el: HTMLElement }>();
    const rows: HTMLElement[] = [];
    if (chat.hasBefore) rows.push(h('button', { class: 'more', type: 'button', onclick: () => this.older() }, chat.words.older));
    else if (texts.greeting) rows.push(h('div', { class: 'greet' }, texts.greeting));
    let day = '';
    let who: string | undefined;
    for (const m of chat.messages) {
      const name = dayName(new Date(m.at), chat.api.lang);
      if (name !== day) rows.push(h('div', { class: 'day' }, name));
      const from = m.mine ? '' : (m.from ?? '');
      if (from && (from !== who || name !== day)) rows.push(h('div', { class: 'who' }, from));
      day = name;
      who = from;
      rows.push(this.row(m, act, keep));
    }
    if (chat.typing)
      rows.push(
        h(
          'div',
          { class: 'typing' },
          h('i'),
          h('i'),
          h('i'),
          h('span', { class: 'sr' }, fill(chat.words.typing, { name: chat.typing })),
        ),
      );
    this.drawn = keep;
    const stay = this.log.scrollHeight - this.log.scrollTop;
    const grewAbove = this.log.scrollTop < 40 && !this.atEnd;
    this.log.replaceChildren(...rows);
    if (toEnd || this.atEnd) this.toEnd();
    else if (grewAbove) this.log.scrollTop = this.log.scrollHeight - stay;
    this.drawFoot();
  }

  /** Rows that haven't changed keep their element, so that sound plays on and focus stays. */
  private row(m: Shown, act: Actions, keep: Map<string, { key: string; el: HTMLElement }>): HTMLElement {
    const id = m.cid ?? m.id;
    const key = JSON.stringify([m, m.mine && act.read]).replace(/\?token=[^"]*/g, '');
    const old = this.drawn.get(id);
    const el = old?.key === key ? old.el : bubble(m, act);
    keep.set(id, { key, el });
    return el;
  }

  /** Somebody else is in front of the page: what was typed is not theirs. */
  anew(): void {
    this.form = this.composer = undefined;
  }

  private drawFoot(): void {
    if (this.chat.asks()) {
      this.form ??= prechat(this.chat);
      this.putFoot(this.form.el);
      return;
    }
    const focused = this.form && this.foot.contains(this.place.root.activeElement);
    this.form = undefined;
    this.composer ??= compose(this.chat, this.panel);
    if (this.putFoot(this.composer.el) && focused) this.composer.focus();
  }

  private putFoot(el: HTMLElement): boolean {
    if (this.foot.firstChild === el) return false;
    this.foot.replaceChildren(el);
    return true;
  }

  private older(): void {
    this.log.scrollTop = 0;
    this.atEnd = false;
    this.chat.older().catch(() => undefined);
  }

  private look(src: string, alt: string): void {
    const before = this.place.root.activeElement as HTMLElement | null;
    const close = () => {
      box.remove();
      before?.focus();
    };
    const button = h(
      'button',
      { class: 'ic', type: 'button', 'aria-label': this.chat.words.close, onclick: close },
      icon(paths.close),
    );
    const box = h(
      'div',
      {
        class: 'box',
        role: 'dialog',
        'aria-modal': 'true',
        'aria-label': alt,
        onclick: (e: MouseEvent) => e.target === box && close(),
        onkeydown: (e: KeyboardEvent) => {
          if (e.key === 'Escape') close();
          if (e.key === 'Tab') e.preventDefault();
          e.stopPropagation();
        },
      },
      h('img', { src, alt }),
      button,
    );
    this.place.root.append(box);
    button.focus();
  }
}
