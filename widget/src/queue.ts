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

/** Where a queue is kept over reloads. */
export interface Shelf {
  load(): Event[];
  save(events: Event[]): void;
}

/** Thrown by a post that may work later. */
export class Later extends Error {
  constructor(readonly afterMs = 0) {
    super('later');
  }
}

const batch = 20;
const longest = 30_000;

/**
 * Queue sends events in order, each until it is answered for. An event keeps its
 * cid however often it is sent, by which the server knows it: nothing is doubled.
 */
export class Queue {
  private events: Event[];
  private running = false;
  private fails = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly shelf: Shelf,
    private readonly post: (events: Event[]) => Promise<Outcome[]>,
    private readonly settled: (e: Event, problem?: Problem) => void,
    private readonly online: (ok: boolean) => void,
  ) {
    this.events = shelf.load();
  }

  waiting(): readonly Event[] {
    return this.events;
  }

  add(e: Event): void {
    this.events.push(e);
    this.shelf.save(this.events);
    void this.flush();
  }

  /** Sends what waits; called again when the connection is back. */
  async flush(): Promise<void> {
    if (this.running) return;
    this.running = true;
    clearTimeout(this.timer);
    try {
      while (this.events.length > 0) {
        const sent = this.events.slice(0, batch);
        const results = await this.post(sent);
        this.fails = 0;
        this.online(true);
        const done = new Set(sent.map((e) => e.cid));
        this.events = this.events.filter((e) => !done.has(e.cid));
        this.shelf.save(this.events);
        for (const e of sent) this.settled(e, results.find((r) => r.cid === e.cid)?.problem);
      }
    } catch (e) {
      this.online(false);
      const wait = Math.max(Math.min(1000 * 2 ** this.fails++, longest), e instanceof Later ? e.afterMs : 0);
      this.timer = setTimeout(() => void this.flush(), wait);
    } finally {
      this.running = false;
    }
  }
}
