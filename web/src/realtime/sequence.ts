/** Where a push stands relative to what was already applied. */
export type Verdict = 'next' | 'old' | 'gap';

// Sequence numbers are 64-bit decimal strings.
export const compareSeq = (a: string, b: string) =>
  a.length !== b.length ? a.length - b.length : a < b ? -1 : a > b ? 1 : 0;

export function judge(last: string, seq: string, from = seq): Verdict {
  if (compareSeq(seq, last) <= 0) return 'old';
  return BigInt(from) <= BigInt(last) + 1n ? 'next' : 'gap';
}

export interface Sequenced {
  seq: string;
  /** The first of a stretch that ends with seq; seq alone where absent. */
  from?: string;
}

export interface Missed<P> {
  items: P[];
  seq: string;
  reset: boolean;
}

/**
 * Applies pushes in order, each once. At a gap it asks for what was missed and
 * holds later pushes until that is applied; when the server has forgotten too
 * much it asks for a reset.
 */
export class Sequencer<P extends Sequenced> {
  private held: P[] = [];
  private fetching = false;
  private last: string;
  private readonly fetchMissed: (after: string) => Promise<Missed<P>>;
  private readonly apply: (push: P) => void;
  private readonly reset: () => void;

  constructor(
    last: string,
    fetchMissed: (after: string) => Promise<Missed<P>>,
    apply: (push: P) => void,
    reset: () => void,
  ) {
    this.last = last;
    this.fetchMissed = fetchMissed;
    this.apply = apply;
    this.reset = reset;
  }

  get seq() {
    return this.last;
  }

  receive(push: P) {
    if (this.fetching) {
      this.held.push(push);
      return;
    }
    const verdict = judge(this.last, push.seq, push.from);
    if (verdict === 'next') this.take(push);
    else if (verdict === 'gap') {
      this.held.push(push);
      void this.catchUp();
    }
  }

  /** Fetches everything after the last applied push. Called at a gap and on every reconnect. */
  async catchUp(): Promise<void> {
    if (this.fetching) return;
    this.fetching = true;
    try {
      for (;;) {
        const missed = await this.fetchMissed(this.last);
        if (missed.reset) {
          this.last = missed.seq;
          this.reset();
          break;
        }
        for (const push of missed.items) if (compareSeq(push.seq, this.last) > 0) this.take(push);
        if (missed.items.length === 0 || compareSeq(this.last, missed.seq) >= 0) {
          // What the viewer may not see has no item; its numbers still count.
          if (compareSeq(missed.seq, this.last) > 0) this.last = missed.seq;
          break;
        }
      }
    } catch {
      // Still offline: the next push or reconnect tries again.
    } finally {
      this.fetching = false;
    }
    const held = this.held.sort((a, b) => compareSeq(a.seq, b.seq));
    this.held = [];
    for (const push of held) if (judge(this.last, push.seq, push.from) === 'next') this.take(push);
  }

  private take(push: P) {
    this.last = push.seq;
    this.apply(push);
  }
}
