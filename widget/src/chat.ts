import type { Api, Choice, Config, Message, Page, Session } from './api';
import { Refused } from './api';
import type { Shown } from './bubble';
import { alone, Memory, newCID } from './memory';
import type { Place } from './panel';
import { type Event, Later, type Problem, Queue } from './queue';
import { type Entry, Shelf } from './shelf';
import { fill, type Words, words } from './text';
import { View } from './view';

/** How long a silent stream is believed, and how often is asked without one. */
const silence = 50_000;
const pollEvery = 4000;
const againAfter = 3000;
/** How often a page that stays open renews its session, which would end while it is used. */
const renewEvery = 24 * 3600_000;

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
  /** How often the stream was refused since it last brought something. */
  private refusals = 0;
  private poll: ReturnType<typeof setInterval> | undefined;
  private typingOff: ReturnType<typeof setTimeout> | undefined;
  private typingSent = 0;
  private delivered = '';
  private seen = '';
  private page = '';
  private readonly title = document.title;
  private session: Promise<void> | undefined;
  private joined = Date.now();
  /** Whether the server takes the token no more. */
  private stale = false;
  private again: ReturnType<typeof setTimeout> | undefined;
  /** Who the page says is in front of it, and of whom the session is. */
  private who: unknown;
  private joinedAs: unknown;
  /** Whom the session's token vouches for, '' for nobody. */
  private person: string;
  /** Who was here before the one whom the page has named, while there still is their token. */
  private last = '';
  /** The form this page has sent, by its name. */
  private form = '';

  constructor(
    private readonly place: Place,
    readonly api: Api,
    readonly config: Config,
  ) {
    this.words = words(api.lang);
    this.memory = new Memory(place.key);
    api.token = this.memory.get('token');
    this.known = !!this.memory.get('known');
    this.person = this.memory.get('person');
    this.queue = new Queue(new Shelf(place.key), `bandeja:${place.key}:out`, this.memory.get('visitor'), {
      ready: () =>
        this.begin().catch((e) => {
          this.connectLater(e);
          throw e;
        }),
      post: (events) => this.post(events),
      settled: (e, problem) => this.settled(e, problem),
      online: (ok) => this.setConnected(ok),
    });
    this.view = new View(this, place);
    this.name(place.who);
    addEventListener('online', () => this.wake());
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') {
        this.wake();
        this.markSeen();
      }
    });
    addEventListener('storage', (e) => {
      if (this.queue.heard(e)) this.sync();
    });
    this.watchPages();
  }

  /** Goes on with a conversation that is running. */
  async resume(): Promise<void> {
    if (!this.api.token && !this.who && !this.queue.waiting().length) return;
    this.sync();
    await this.connect();
  }

  /** Begins, and where that fails, again and again. */
  private async connect(): Promise<void> {
    try {
      await this.begin();
    } catch (e) {
      this.setConnected(false);
      this.connectLater(e);
    }
  }

  private connectLater(e: unknown): void {
    const wait = e instanceof Later ? Math.max(againAfter, e.afterMs) : 10 * againAfter;
    clearTimeout(this.again);
    this.again = setTimeout(() => void this.connect(), wait);
  }

  private rejoin(): void {
    this.session = undefined;
    void this.connect();
  }

  private begin(): Promise<void> {
    if (this.session && !this.stale) return this.session;
    const joining: Promise<void> = this.join().catch((e) => {
      if (this.session === joining) this.session = undefined;
      throw e;
    });
    this.session = joining;
    return joining;
  }

  private async join(): Promise<void> {
    const { who, last, stale } = this;
    this.stale = false;
    // What somebody has left goes in their name, before the session is another's.
    if (last && !stale)
      await this.queue.sendAll(last).catch((e) => {
        if (e instanceof Later) throw e;
      });
    if (stale || this.stale) this.api.token = '';
    this.stale = false;
    // One tab after another: two that begin at once would be two visitors.
    await alone(`bandeja:${this.place.key}:session`, async () => {
      const person = this.recall();
      // What an older widget has left it kept without a name: it is theirs who had the token.
      if (who && this.api.token && !this.queue.visitor) this.queue.become((await this.api.session()).visitor, '', false);
      const s = await this.api.session(who).catch((e) => {
        if (e instanceof Refused && who === this.who) this.who = this.joinedAs;
        throw e;
      });
      if (who === this.who) this.become(s, person);
    });
    if (who !== this.who) return this.begin(); // as the one whom the page has named meanwhile
    await this.reload();
    if (who !== this.who) return this.begin();
    this.listen();
    void this.queue.flush();
  }

  /** Takes the token that another tab has, where it is newer or there is none; returns for whom it vouches. */
  private recall(): string {
    const take = !this.api.token || this.memory.get('visitor') === this.queue.visitor;
    if (take) this.api.token = this.memory.get('token') || this.api.token;
    return take ? this.memory.get('person') : this.person;
  }

  /** Takes a session: from here on all is said in its visitor's name. person is for whom the token has vouched. */
  private become(s: Session, person: string): void {
    const before = this.queue.visitor;
    const now = s.verified ? (idOf(this.who) ?? person) : '';
    // Where somebody else has begun in another tab, this one's session isn't for new pages.
    if (this.who || ['', before, s.visitor].includes(this.memory.get('visitor'))) {
      this.memory.set('token', s.token);
      this.memory.set('visitor', s.visitor);
      this.memory.set('person', now);
    }
    this.joined = Date.now();
    this.joinedAs = this.who;
    this.last = '';
    this.api.token = s.token;
    this.queue.become(s.visitor, idOf(this.who) ?? now, now === this.person);
    this.person = now;
    if (before && before !== s.visitor) this.forget();
    this.setKnown(s.known || this.known);
  }

  /** Takes the page's word for who is in front of it. What another has left is no business of theirs. */
  private name(who: unknown): void {
    this.who = who;
    this.session = undefined;
    const person = idOf(who);
    if (!this.person || person === undefined) return;
    if (person !== this.person) {
      this.last ||= this.queue.visitor;
      this.queue.await(person);
    } else if (this.last) {
      // Back again, before the other could begin.
      this.queue.visitor = this.last;
      this.last = '';
    } else return;
    this.view.anew();
    this.forget();
  }

  private forget(): void {
    this.stream?.close();
    clearInterval(this.poll);
    this.messages = [];
    this.hasBefore = false;
    this.setKnown(false);
    this.delivered = this.seen = this.page = this.typing = this.cursor = '';
    this.memory.set('seen', '');
    this.sync();
    this.count();
  }

  private setKnown(known: boolean): void {
    this.known = known;
    this.memory.set('known', known ? '1' : '');
  }

  private async reload(): Promise<void> {
    const { visitor } = this.queue;
    const page = await this.api.page('limit=30');
    if (visitor !== this.queue.visitor) return;
    const newest = BigInt(page.items.at(-1)?.id ?? 0);
    // What waits, and what the stream has brought meanwhile.
    const kept = this.messages.filter((m) => m.status || BigInt(m.id) > newest);
    this.messages = [];
    this.hasBefore = page.has_before;
    this.take(page);
    const have = new Set(this.messages.map((m) => m.cid));
    this.messages.push(...kept.filter((m) => !m.cid || !have.has(m.cid)));
    this.sync();
    this.view.draw(true);
  }

  /** Loads the history anew, for what is in the log was not sent. */
  private async reset(): Promise<void> {
    const { stream } = this;
    try {
      await this.reload();
    } catch {
      setTimeout(() => this.stream === stream && this.reset(), againAfter);
    }
  }

  /** Makes what is shown as waiting like what waits: other tabs write and send too. */
  private sync(): void {
    if (this.memory.get('known')) this.known = true;
    const waiting = new Map(this.queue.waiting().map((e) => [e.event.cid, e]));
    const form = waiting.get(this.form);
    if (form?.problem) {
      this.queue.drop(this.form);
      this.view.refuse(form.problem);
    }
    this.messages = this.messages.filter((m) => m.status !== 'failed' || waiting.has(m.cid ?? ''));
    for (const m of this.messages) {
      const e = waiting.get(m.cid ?? '');
      if (m.status) m.status = !e ? 'sent' : e.problem ? 'failed' : 'sending';
      if (m.status) m.problem = e?.problem?.detail;
    }
    const shown = new Set(this.messages.map((m) => m.cid));
    for (const e of waiting.values()) if (e.event.t === 'message' && !shown.has(e.event.cid)) this.messages.push(echo(e));
    this.view.draw();
  }

  private take(page: Page): void {
    this.cursor = page.cursor;
    this.read = page.read;
    this.config.online = page.online;
    for (const m of page.items) this.upsert(m);
    if (page.items.some((m) => m.mine)) this.setKnown(true);
    this.changed(page.items);
  }

  private upsert(m: Message): boolean {
    if (m.cid) this.queue.drop(m.cid); // the server has it
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
        this.refusals = 0;
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
    on('reset', () => void this.reset());
    s.onerror = () => {
      this.setConnected(navigator.onLine && s.readyState !== EventSource.CLOSED && this.connected);
      // A stream that was refused doesn't come back by itself.
      if (s.readyState === EventSource.CLOSED)
        setTimeout(() => this.stream === s && this.rejoin(), Math.min(againAfter * 2 ** this.refusals++, 60_000));
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
    if (Date.now() - this.joined > renewEvery) {
      this.joined = Date.now();
      return this.rejoin();
    }
    const open = this.stream?.readyState === EventSource.OPEN;
    if ((open && Date.now() - this.heard < silence) || document.visibilityState !== 'visible' || !this.cursor) return;
    const { visitor } = this.queue;
    try {
      const page = await this.api.page(`after=${encodeURIComponent(this.cursor)}`);
      this.setConnected(true);
      if (page.reset) await this.reload();
      else if (visitor === this.queue.visitor) this.take(page);
    } catch (e) {
      if (!this.expired(e)) this.setConnected(false);
      else this.rejoin();
    }
  }

  /** Tells whether a call was refused for its token, and has the next one come with another. */
  private expired(e: unknown): boolean {
    const is = e instanceof Refused && e.status === 401;
    this.stale ||= is;
    return is;
  }

  private wake(): void {
    this.sync(); // a page that slept has heard nothing
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
      return await this.api.post(events);
    } catch (e) {
      if (this.expired(e) || !(e instanceof Refused)) throw e;
      const { problem } = e;
      return events.map((x) => ({ cid: x.cid, problem }));
    }
  }

  private settled(e: Event, problem?: Problem): void {
    if (!problem && (e.t === 'message' || e.t === 'prechat')) {
      this.read = false;
      this.setKnown(true);
    }
    this.sync();
  }

  /** Whether the form stands before the first message. */
  asks(): boolean {
    return !this.known && Object.values(this.config.prechat).some((v) => v !== 'hidden');
  }

  answer(fields: Record<string, string>): void {
    if (Object.values(fields).some((v) => v)) {
      this.form = newCID();
      this.queue.add({ cid: this.form, t: 'prechat', fields });
    } else {
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
    const entry = this.queue.add(
      e,
      attachments?.map((a) => ({ ...a, url: undefined })), // a picture only this page has
    );
    this.messages.push({ ...echo(entry), attachments });
    this.view.draw(true);
    this.tellPage();
  }

  retry(m: Shown): void {
    this.messages = [...this.messages.filter((x) => x !== m), { ...m, at: new Date().toISOString() }];
    this.queue.retry(m.cid ?? '');
    this.sync();
  }

  discard(m: Shown): void {
    this.queue.drop(m.cid ?? '');
    this.sync();
  }

  async attach(file: File, progress: (part: number) => void): Promise<void> {
    if (file.size > this.config.max_file) throw new Error(fill(this.words.tooBig, { max: this.config.max_file >> 20 }));
    await this.begin();
    const { visitor } = this.queue;
    const up = await this.api.upload(file, file.name || 'file', progress);
    if (visitor !== this.queue.visitor) return; // somebody else is there by now
    const url = up.kind === 'image' ? URL.createObjectURL(file) : undefined;
    this.send({ cid: newCID(), t: 'message', files: [up.file] }, [{ kind: up.kind, name: file.name, size: file.size, url }]);
  }

  async older(): Promise<void> {
    const first = this.messages[0];
    if (!first) return;
    const { visitor } = this.queue;
    const page = await this.api.page(`before=${first.id}&limit=30`);
    if (visitor !== this.queue.visitor) return;
    this.hasBefore = page.has_before;
    const have = new Set(this.messages.map((m) => m.id));
    this.messages.unshift(...page.items.filter((m) => !have.has(m.id)));
    this.view.draw();
  }

  type(): void {
    if (!this.known || Date.now() - this.typingSent < 3000) return;
    this.typingSent = Date.now();
    this.api.events([{ cid: 'typing', t: 'typing', on: true }]).catch(() => undefined);
  }

  async identify(who: unknown): Promise<void> {
    if (who !== this.who) this.name(who);
    try {
      await this.begin();
    } catch (e) {
      this.connectLater(e);
      throw e;
    }
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
    void this.connect();
    this.markSeen();
    this.count();
  }

  close(): void {
    this.view.hide();
    this.count();
  }
}

function echo(e: Entry): Shown {
  const { cid, text } = e.event;
  const status = e.problem ? 'failed' : 'sending';
  return { id: '0', cid, at: new Date(e.at).toISOString(), mine: true, kind: 'text', text, attachments: e.files, status };
}

/** The id that the page gives whoever is in front of it. */
function idOf(who: unknown): string | undefined {
  const { id } = (who ?? {}) as { id?: unknown };
  return id === undefined || id === '' ? undefined : String(id);
}
