import { alone } from './memory';
import type { Entry, Shelf } from './shelf';

export interface Event {
  cid: string;
  t: 'message' | 'prechat' | 'page' | 'seen' | 'delivered';
  text?: string;
  files?: string[];
  choice?: { message: string; id: string };
  reply_to?: string;
  up_to?: string;
  url?: string;
  title?: string;
  referrer?: string;
  fields?: Record<string, string>;
}

export interface Problem {
  code: string;
  detail: string;
  errors?: { field: string; detail: string }[];
}

export interface Outcome {
  cid: string;
  problem?: Problem;
}

/** Thrown by a post that may work later. */
export class Later extends Error {
  constructor(readonly afterMs = 0) {
    super('later');
  }
}

const batch = 20;
/** How many bytes go at once: of what is to outlive its page, browsers take 64 KB. */
const room = 32_000;
const longest = 30_000;
/** After how long a tab sees to it that nothing is left of what another wrote. */
const leftAfter = 10_000;
const day = 24 * 3600_000;
/** How long a message may wait and still go by itself: as long as what was uploaded for it. */
const fresh = 7 * day;
/** When nobody can come back any more for what is theirs: the session has ended. */
const forsaken = 30 * day;

const left: Problem = { code: 'left', detail: '' };
const named = (visitor: string) => visitor !== '' && visitor[0] !== '?';
const written = (e: Event) => e.t === 'message' || e.t === 'prechat';

/** What a queue needs of the chat. */
export interface Way {
  /** Sees to it that there is a session. */
  ready(): Promise<unknown>;
  post(events: Event[]): Promise<Outcome[]>;
  /** Something that waited waits no more, or was refused. */
  settled(e: Event, problem?: Problem): void;
  online(ok: boolean): void;
}

/**
 * Queue sends events in the order written, each until it is answered for. All tabs have
 * one shelf, and whichever sends, sends what is on it. An event keeps its cid however
 * often and by whomever it is sent; by that, and by the visitor, the server knows it.
 */
export class Queue {
  private running: Promise<void> | undefined;
  private fails = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly shelf: Shelf,
    private readonly name: string,
    /** In whose name is written and sent: '' or ?PERSON while the server hasn't said. */
    public visitor: string,
    private readonly way: Way,
  ) {
    shelf.takeOver(visitor);
  }

  /** What is still there of the visitor's, also what was refused. */
  waiting(visitor = this.visitor): Entry[] {
    return this.shelf.all().filter((e) => e.visitor === visitor);
  }

  add(event: Event, files?: Entry['files']): Entry {
    const entry = { event, visitor: this.visitor, at: this.now(), files };
    this.shelf.put(entry);
    void this.flush();
    return entry;
  }

  /** A time after everything that waits. */
  private now(): number {
    return Math.max(Date.now(), ...this.shelf.all().map((e) => e.at + 1));
  }

  /** Sends what was refused once more, as if it were written now. */
  retry(cid: string): void {
    const e = this.waiting().find((x) => x.event.cid === cid);
    if (e) this.shelf.put({ ...e, at: this.now(), problem: undefined });
    void this.flush();
  }

  /** Forgets an event: the server has it, or the visitor wants it no more. */
  drop(cid: string): void {
    this.shelf.remove(cid);
  }

  /** Writes from here on for a person whose visitor isn't known yet. */
  await(person: string): void {
    this.visitor = `?${person}`;
  }

  /**
   * Goes on in the name of a visitor, who is a person ('': nobody the page has named).
   * Where that is the same one as before, what was written under the old name is theirs;
   * but the server can't know it again.
   */
  become(visitor: string, person: string, same: boolean): void {
    const before = this.visitor;
    this.visitor = visitor;
    for (const e of this.shelf.all()) {
      if (['', `?${person}`].includes(e.visitor)) this.shelf.put({ ...e, visitor });
      else if (same && e.visitor === before && before !== visitor && e.event.t === 'message')
        this.shelf.put({ ...e, visitor, problem: e.problem ?? left });
    }
  }

  /** Keeps back what is too old to be sent unasked. */
  private tend(): void {
    for (const e of this.shelf.all()) {
      const { cid, t } = e.event;
      const theirs = e.visitor !== this.visitor;
      if (Date.now() - e.at < (theirs ? forsaken : written(e.event) ? fresh : day)) continue;
      // Where somebody was days ago is no news.
      if (theirs || t !== 'message') this.drop(cid);
      else if (!e.problem) this.settle(e, left);
    }
  }

  /** Another tab has changed what waits. It may be gone before all is sent. */
  heard(e: Pick<StorageEvent, 'key' | 'newValue'>): boolean {
    const ours = this.shelf.heard(e);
    if (ours) this.timer ??= setTimeout(() => void this.flush(), leftAfter);
    return ours;
  }

  /** Sends what waits; called again when the connection is back. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.tend();
    if (this.unsent().length) this.running ??= this.attempt();
    return this.running ?? Promise.resolve();
  }

  private async attempt(): Promise<void> {
    try {
      do {
        await this.way.ready();
        await alone(this.name, () => this.sendAll());
      } while (this.unsent().length);
    } catch (e) {
      this.way.online(false);
      const wait = Math.max(Math.min(1000 * 2 ** this.fails++, longest), e instanceof Later ? e.afterMs : 0);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.flush(), wait);
    } finally {
      this.running = undefined;
    }
  }

  /** Sends in a visitor's name until nothing is left. */
  async sendAll(visitor?: string): Promise<void> {
    for (;;) {
      const name = visitor ?? this.visitor;
      const sent = named(name) ? load(this.unsent(name)) : [];
      if (!sent.length) return;
      const results = await this.way.post(sent.map((e) => e.event));
      this.fails = 0;
      this.way.online(true);
      for (const e of sent) {
        const result = results.find((r) => r.cid === e.event.cid);
        if (!result) throw new Later(); // nobody has answered for it
        this.settle(e, result.problem);
      }
    }
  }

  private unsent(visitor = this.visitor): Entry[] {
    return this.waiting(visitor).filter((e) => !e.problem);
  }

  private settle(e: Entry, problem?: Problem): void {
    if (problem && written(e.event)) this.shelf.put({ ...e, problem });
    else this.drop(e.event.cid);
    this.way.settled(e.event, problem);
  }
}

/** What goes at once. */
function load(due: Entry[]): Entry[] {
  let bytes = 0;
  return due.slice(0, batch).filter((e, i) => {
    bytes += new TextEncoder().encode(JSON.stringify(e.event)).length;
    return !i || bytes < room;
  });
}
