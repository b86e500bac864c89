import type { Api, Choice, Config, Message, Page } from './api';
import { Refused } from './api';
import type { Shown } from './bubble';
import { Memory, newCID } from './memory';
import type { Place } from './panel';
import { type Event, Later, type Problem, Queue } from './queue';
import { fill, type Words, words } from './text';
import { View } from './view';

/** How long a silent stream is believed, and how often is asked without one. */
const silence = 50_000;
const pollEvery = 4000;

/** Chat holds a visitor's conversation: what was said, what waits, what is new. */
export class Chat {
  readonly words: Words;
  messages: Shown[] = [];
  hasBefore = false;
  read = false;
  connected = true;
  typing = '';
  known = false;
  private readonly memory: Memory;
  private readonly queue: Queue;
  private readonly view: View;
  private cursor = '';
  private stream: EventSource | undefined;
  private heard = 0;
  private poll: ReturnType<typeof setInterval> | undefined;
  private typingOff: ReturnType<typeof setTimeout> | undefined;
  private typingSent = 0;
  private delivered = '';
  private seen = '';
  private page = '';
  private readonly title = document.title;
  private session: Promise<void> | undefined;

  constructor(
    private readonly place: Place,
    readonly api: Api,
    readonly config: Config,
  ) {
    this.words = words(api.lang);
    this.memory = new Memory(place.key);
    api.token = this.memory.get('token');
    this.known = !!this.memory.get('known');
    this.queue = new Queue(
      this.memory,
      (events) => this.post(events),
      (e, problem) => this.settled(e, problem),
      (ok) => this.setConnected(ok),
    );
    this.view = new View(this, place);
    addEventListener('online', () => this.wake());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') {
        this.wake();
        this.markSeen();
      }
    });
    this.watchPages();
  }

  /** Goes on with a conversation that is running. */
  async resume(): Promise<void> {
    if (!this.api.token) return;
    for (const e of this.queue.waiting()) if (e.t === 'message') this.messages.push(echo(e));
    try {
      await this.begin();
    } catch (e) {
      if (!(e instanceof Later)) throw e;
      this.setConnected(false);
      setTimeout(() => this.resume(), 3000);
    }
    void this.queue.flush();
  }

  private begin(identify?: unknown): Promise<void> {
    if (identify) this.session = undefined;
    this.session ??= this.join(identify).catch((e) => {
      this.session = undefined;
      throw e;
    });
    return this.session;
  }

  private async join(identify?: unknown): Promise<void> {
    const s = await this.api.session(identify);
    this.api.token = s.token;
    this.memory.set('token', s.token);
    this.setKnown(s.known || this.known);
    await this.reload();
    this.listen();
  }

  private setKnown(known: boolean): void {
    this.known = known;
    this.memory.set('known', known ? '1' : '');
  }

  private async reload(): Promise<void> {
    const page = await this.api.page('limit=30');
    const waiting = this.messages.filter((m) => m.status);
    this.messages = [];
    this.hasBefore = page.has_before;
    this.take(page);
    const have = new Set(this.messages.map((m) => m.cid));
    this.messages.push(...waiting.filter((m) => !have.has(m.cid)));
    this.view.draw(true);
  }

  private take(page: Page): void {
    this.cursor = page.cursor;
    this.read = page.read;
    this.config.online = page.online;
    for (const m of page.items) this.upsert(m);
    this.changed(page.items);
  }

  private upsert(m: Message): boolean {
    const at = this.messages.findIndex((x) => x.id === m.id || (m.cid !== undefined && x.cid === m.cid));
    if (at >= 0) {
      this.messages[at] = m;
      return false;
    }
    let i = this.messages.length;
    while (i > 0 && !this.messages[i - 1]!.status && BigInt(this.messages[i - 1]!.id) > BigInt(m.id)) i--;
    this.messages.splice(i, 0, m);
    return true;
  }

  private changed(items: Message[]): void {
    const last = items.filter((m) => !m.mine).at(-1);
    if (last) {
      this.typing = '';
      if (last.id !== this.delivered && !last.seen) {
        this.delivered = last.id;
        this.queue.add({ cid: `d-${last.id}`, t: 'delivered', up_to: last.id });
      }
    }
    this.markSeen();
    this.view.draw();
    this.count();
  }

  private markSeen(): void {
    const last = this.messages.filter((m) => !m.mine).at(-1);
    if (!last || last.seen || last.id === this.seen || !this.view.isOpen() || document.visibilityState !== 'visible') return;
    this.seen = last.id;
    this.memory.set('seen', last.id);
    this.queue.add({ cid: `s-${last.id}`, t: 'seen', up_to: last.id });
    this.count();
  }

  /** Shows how much is new on the launcher and in the page's title. */
  private count(): void {
    const seen = BigInt(this.memory.get('seen') || '0');
    const n = this.view.isOpen() ? 0 : this.messages.filter((m) => !m.mine && !m.seen && BigInt(m.id) > seen).length;
    this.place.badge.hidden = n === 0;
    this.place.badge.textContent = n ? String(n) : '';
    const label = this.view.isOpen() ? this.words.close : this.words.open;
    this.place.launcher.setAttribute('aria-label', n ? `${label}, ${fill(this.words.unread, { n })}` : label);
    if (n) document.title = `(${n}) ${this.title}`;
    else if (document.title.startsWith('(')) document.title = this.title;
  }

  private listen(): void {
    this.stream?.close();
    const s = this.api.stream(this.cursor);
    this.stream = s;
    this.heard = Date.now();
    const on = (name: string, f: (data: never) => void) =>
      s.addEventListener(name, (e) => {
        this.heard = Date.now();
        this.setConnected(true);
        f(JSON.parse((e as MessageEvent<string>).data) as never);
      });
    on('ping', () => undefined);
    on('message', (m: Message) => {
      if (this.upsert(m) && !m.mine) this.view.announce(m);
      this.setKnown(true);
      this.changed([m]);
    });
    on('read', () => {
      this.read = true;
      this.view.draw();
    });
    on('typing', (t: { on: boolean; from?: string }) => {
      clearTimeout(this.typingOff);
      this.typing = t.on ? t.from || this.words.somebody : '';
      if (t.on) this.typingOff = setTimeout(() => this.stopTyping(), 8000);
      this.view.draw();
    });
    on('reset', () => void this.reload().catch(() => undefined));
    s.onerror = () => {
      this.setConnected(navigator.onLine && s.readyState !== EventSource.CLOSED && this.connected);
      // A stream that was refused doesn't come back by itself.
      if (s.readyState === EventSource.CLOSED) setTimeout(() => this.stream === s && this.rejoin(), 3000);
    };
    clearInterval(this.poll);
    this.poll = setInterval(() => void this.check(), pollEvery);
  }

  private stopTyping(): void {
    this.typing = '';
    this.view.draw();
  }

  /** Asks for what is new where the stream is down or held back by something on the way. */
  private async check(): Promise<void> {
    const open = this.stream?.readyState === EventSource.OPEN;
    if ((open && Date.now() - this.heard < silence) || document.visibilityState !== 'visible' || !this.cursor) return;
    try {
      const page = await this.api.page(`after=${encodeURIComponent(this.cursor)}`);
      this.setConnected(true);
      if (page.reset) await this.reload();
      else this.take(page);
    } catch (e) {
      if (e instanceof Refused && e.status === 401) this.rejoin();
      else this.setConnected(false);
    }
  }

  private rejoin(): void {
    this.session = undefined;
    this.begin().catch(() => setTimeout(() => this.rejoin(), 5000));
  }

  private wake(): void {
    void this.queue.flush();
    void this.check();
  }

  private setConnected(ok: boolean): void {
    if (this.connected === ok) return;
    this.connected = ok;
    this.view.draw();
    if (ok) void this.queue.flush();
  }

  private async post(events: Event[]) {
    try {
      await this.begin();
      return await this.api.post(events);
    } catch (e) {
      if (e instanceof Refused && e.status === 401) this.session = undefined;
      else if (e instanceof Refused) return events.map((x) => ({ cid: x.cid, problem: e.problem }));
      throw e;
    }
  }

  private settled(e: Event, problem?: Problem): void {
    if (e.t === 'prechat') {
      if (problem) this.view.refuse(problem);
      else {
        this.setKnown(true);
        this.view.draw();
      }
      return;
    }
    const m = this.messages.find((x) => x.cid === e.cid && x.status);
    if (!m) return;
    m.status = problem ? 'failed' : 'sent';
    m.problem = problem?.detail;
    this.read = false;
    if (!problem) this.setKnown(true);
    this.view.draw();
  }

  /** Whether the form stands before the first message. */
  asks(): boolean {
    return !this.known && Object.values(this.config.prechat).some((v) => v !== 'hidden');
  }

  answer(fields: Record<string, string>): void {
    if (Object.values(fields).some((v) => v)) this.queue.add({ cid: newCID(), t: 'prechat', fields });
    else {
      this.setKnown(true);
      this.view.draw();
    }
  }

  say(text: string): void {
    this.send({ cid: newCID(), t: 'message', text });
  }

  choose(m: Message, c: Choice): void {
    this.send({ cid: newCID(), t: 'message', text: c.title, choice: { message: m.id, id: c.id } });
  }

  private send(e: Event, attachments?: Shown['attachments']): void {
    this.messages.push({ ...echo(e), attachments });
    this.queue.add(e);
    this.view.draw(true);
    this.tellPage();
  }

  retry(m: Shown): void {
    this.messages = this.messages.filter((x) => x !== m);
    this.say(m.text ?? '');
  }

  async attach(file: File, progress: (part: number) => void): Promise<void> {
    if (file.size > this.config.max_file) throw new Error(fill(this.words.tooBig, { max: this.config.max_file >> 20 }));
    await this.begin();
    const up = await this.api.upload(file, file.name || 'file', progress);
    const url = up.kind === 'image' ? URL.createObjectURL(file) : undefined;
    this.send({ cid: newCID(), t: 'message', files: [up.file] }, [{ kind: up.kind, name: file.name, size: file.size, url }]);
  }

  async older(): Promise<void> {
    const first = this.messages[0];
    if (!first) return;
    const page = await this.api.page(`before=${first.id}&limit=30`);
    this.hasBefore = page.has_before;
    this.messages.unshift(...page.items);
    this.view.draw();
  }

  type(): void {
    if (!this.known || Date.now() - this.typingSent < 3000) return;
    this.typingSent = Date.now();
    this.api.events([{ cid: 'typing', t: 'typing', on: true }]).catch(() => undefined);
  }

  async identify(who: unknown): Promise<void> {
    await this.begin(who);
  }

  /** A word of the host page: sent as a page the visitor is on, with its name. */
  note(name: string): void {
    if (name && this.known) this.queue.add({ cid: newCID(), t: 'page', url: location.href, title: name.slice(0, 200) });
  }

  /** Tells where the visitor is, once they have written. */
  private tellPage(): void {
    if (!this.known || this.page === location.href || !/^https?:/.test(location.href)) return;
    const first = !this.page;
    this.page = location.href;
    this.queue.add({
      cid: newCID(),
      t: 'page',
      url: location.href,
      title: this.title,
      referrer: first ? document.referrer : undefined,
    });
  }

  private watchPages(): void {
    const later = () => setTimeout(() => this.tellPage(), 50); // the page sets its title after the address
    for (const name of ['pushState', 'replaceState'] as const) {
      const original = history[name].bind(history);
      history[name] = (...args: Parameters<History['pushState']>) => {
        original(...args);
        later();
      };
    }
    addEventListener('popstate', later);
    addEventListener('hashchange', later);
  }

  toggle(): void {
    if (this.view.isOpen()) this.close();
    else this.open();
  }

  open(): void {
    this.view.show();
    this.begin().catch((e) => {
      if (e instanceof Later) this.setConnected(false);
    });
    this.markSeen();
    this.count();
  }

  close(): void {
    this.view.hide();
    this.count();
  }
}

function echo(e: Event): Shown {
  return { id: '0', cid: e.cid, at: new Date().toISOString(), mine: true, kind: 'text', text: e.text, status: 'sending' };
}
