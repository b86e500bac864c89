import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Event, Later, type Outcome, type Problem, Queue } from './queue';
import { type Entry, Shelf } from './shelf';

const message = (cid: string): Event => ({ cid, t: 'message', text: cid });
const hours = (n: number) => n * 3600_000;

let stored: Map<string, string>;
let full: boolean;
let locks: LockManager | undefined;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 30, 9) });
  stored = new Map();
  full = false;
  locks = oneAtATime();
  vi.stubGlobal('localStorage', {
    get length() {
      return stored.size;
    },
    key: (i: number) => [...stored.keys()][i] ?? null,
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (full) throw new Error('full');
      stored.set(key, value);
    },
    removeItem: (key: string) => void stored.delete(key),
  });
  vi.stubGlobal('navigator', {
    get locks() {
      return locks;
    },
  });
});

function oneAtATime(): LockManager {
  let last: Promise<unknown> = Promise.resolve();
  const request = (_: string, work: () => Promise<unknown>) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
  return { request } as unknown as LockManager;
}

/** The server: a message it has got already it takes no second time. */
class Server {
  down = false;
  /** Whether it takes what it gets, but its answer doesn't come. */
  mute = false;
  problem: Problem | undefined;
  readonly has: string[] = [];
  readonly posts: string[][] = [];
  /** How many called it at the same time, at most. */
  most = 0;
  private calls = 0;

  async post(visitor: string, events: Event[]): Promise<Outcome[]> {
    this.posts.push(events.map((e) => e.cid));
    this.most = Math.max(this.most, ++this.calls);
    await Promise.resolve();
    this.calls--;
    if (this.down) throw new Later();
    const news = this.problem ? [] : events.map((e) => `${visitor}/${e.cid}`).filter((id) => !this.has.includes(id));
    this.has.push(...news);
    if (this.mute) throw new Later();
    return events.map((e) => ({ cid: e.cid, problem: this.problem }));
  }
}

/** A tab of the visitor's browser. */
class Tab {
  readonly shelf = new Shelf('shop');
  readonly queue: Queue;
  readonly settled: string[] = [];

  constructor(
    readonly server: Server,
    visitor = 'ana',
  ) {
    this.queue = new Queue(this.shelf, 'out', visitor, {
      ready: async () => undefined,
      post: (events) => server.post(this.queue.visitor, events),
      settled: (e, problem) => this.settled.push(problem ? `${e.cid} ${problem.code}` : e.cid),
      online: () => undefined,
    });
  }

  get waiting(): string[] {
    return cids(this.queue.waiting());
  }
}

const cids = (entries: Entry[]) => entries.map((e) => e.event.cid);

describe('Queue', () => {
  it('sends in order, keeps what failed under the same name, and goes on by itself', async () => {
    const server = new Server();
    const tab = new Tab(server);
    server.down = true;
    tab.queue.add(message('a'));
    tab.queue.add(message('b'));
    await tab.queue.flush();
    expect(tab.waiting).toEqual(['a', 'b']);
    expect(tab.settled).toEqual([]);
    server.down = false;
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.has).toEqual(['ana/a', 'ana/b']);
    expect(tab.settled).toEqual(['a', 'b']);
    expect(stored.size).toBe(0);
  });

  it('takes what is written while it sends', async () => {
    const server = new Server();
    const tab = new Tab(server);
    tab.queue.add(message('a'));
    const flushed = tab.queue.flush();
    tab.queue.add(message('b'));
    await flushed;
    tab.queue.add(message('c'));
    await tab.queue.flush();
    expect(server.has).toEqual(['ana/a', 'ana/b', 'ana/c']);
  });

  it('goes on after a reload, and takes over what an older widget has left', async () => {
    stored.set('bandeja:shop:queue', JSON.stringify([message('a'), message('b')]));
    const server = new Server();
    server.down = true;
    const before = new Tab(server, '');
    expect([...stored.keys()]).toEqual(['bandeja:shop:out:a', 'bandeja:shop:out:b']);
    before.queue.become('ana', '', false);
    before.queue.add(message('c'));
    await before.queue.flush();

    server.down = false;
    const after = new Tab(server);
    expect(after.waiting).toEqual(['a', 'b', 'c']);
    await after.queue.flush();
    expect(server.has).toEqual(['ana/a', 'ana/b', 'ana/c']);
    expect(stored.size).toBe(0);
  });

  it('passes over what can’t be read', () => {
    for (const text of ['', '{', 'null', '3', '{}', '{"event":{"cid":"other"}}']) {
      stored.set('bandeja:shop:queue', text);
      stored.set(`bandeja:shop:out:${text}`, text);
      expect(new Tab(new Server()).waiting).toEqual([]);
    }
  });

  it('keeps what was refused, until the visitor has decided', async () => {
    const server = new Server();
    const tab = new Tab(server);
    server.problem = { code: 'invalid', detail: 'no' };
    tab.queue.add(message('a'));
    tab.queue.add(message('b'));
    tab.queue.add({ cid: 'p', t: 'page', url: 'https://shop.example/' });
    await tab.queue.flush();
    await tab.queue.flush();
    expect(server.posts).toEqual([['a', 'b', 'p']]);

    const later = new Tab(server);
    expect(later.waiting).toEqual(['a', 'b']);
    await later.queue.flush();
    later.queue.drop('b');
    server.problem = undefined;
    later.queue.add(message('c'));
    later.queue.retry('a');
    await later.queue.flush();
    expect(server.has).toEqual(['ana/c', 'ana/a']);
    expect(stored.size).toBe(0);
  });

  it('lets go of nothing that the server has not answered for', async () => {
    const server = new Server();
    const tab = new Tab(server);
    server.post = async () => [];
    tab.queue.add(message('a'));
    await tab.queue.flush();
    expect(tab.waiting).toEqual(['a']);
  });

  it('sends no more at once than a browser lets outlive its page', async () => {
    const server = new Server();
    const tab = new Tab(server);
    for (let i = 0; i < 30; i++) tab.queue.add({ cid: `m${i}`, t: 'message', text: 'ñ'.repeat(4000) });
    await tab.queue.flush();
    expect(server.has).toHaveLength(30);
    expect(Math.max(...server.posts.map((p) => p.length))).toBe(3);
  });

  it('holds a message as long as the page lives, where the storage is full', async () => {
    full = true;
    const server = new Server();
    const tab = new Tab(server);
    server.down = true;
    tab.queue.add(message('a'));
    await tab.queue.flush();
    server.down = false;
    server.problem = { code: 'invalid', detail: 'no' };
    await tab.queue.flush();
    expect(tab.settled).toEqual(['a invalid']);
    server.problem = undefined;
    tab.queue.retry('a');
    await tab.queue.flush();
    expect(server.has).toEqual(['ana/a']);
    expect(tab.waiting).toEqual([]);
  });

  it('does without storage and locks where they are forbidden', async () => {
    vi.stubGlobal('localStorage', undefined);
    locks = { request: () => Promise.reject(new Error('forbidden')) } as unknown as LockManager;
    const server = new Server();
    const tab = new Tab(server);
    tab.queue.add(message('a'));
    await tab.queue.flush();
    expect(server.has).toEqual(['ana/a']);
  });

  it('sends also what the page has swept from the storage', async () => {
    const server = new Server();
    const tab = new Tab(server);
    server.down = true;
    tab.queue.add(message('a'));
    await tab.queue.flush();
    stored.clear();
    server.down = false;
    await tab.queue.flush();
    expect(server.has).toEqual(['ana/a']);
  });

  it('asks before it sends what is a week old, and tells nobody where a visitor was yesterday', async () => {
    const server = new Server();
    server.down = true;
    const tab = new Tab(server);
    tab.queue.add(message('a'));
    tab.queue.add({ cid: 'p', t: 'page', url: 'https://shop.example/' });
    tab.queue.add({ cid: 'f', t: 'prechat', fields: { name: 'Ana' } });
    await tab.queue.flush();
    vi.setSystemTime(Date.now() + hours(25));
    tab.queue.add(message('b'));
    await tab.queue.flush();
    expect(server.posts.at(-1)).toEqual(['a', 'f', 'b']);

    vi.setSystemTime(Date.now() + hours(6 * 24));
    server.down = false;
    const later = new Tab(server);
    await later.queue.flush();
    expect(server.has).toEqual(['ana/b']);
    expect(later.queue.waiting().map((e) => [e.event.cid, e.problem?.code])).toEqual([['a', 'left']]);
    later.queue.retry('a');
    await later.queue.flush();
    expect(server.has).toEqual(['ana/b', 'ana/a']);
  });
});

describe('Queues of two tabs', () => {
  it('lose nothing of one another', async () => {
    const server = new Server();
    const [one, other] = [new Tab(server), new Tab(server)];
    server.down = true;
    one.queue.add(message('a'));
    other.queue.add(message('b'));
    one.queue.add(message('c'));
    await Promise.all([one.queue.flush(), other.queue.flush()]);
    expect(new Tab(server).waiting).toEqual(['a', 'b', 'c']);
    server.down = false;
    await other.queue.flush(); // also if the first was closed
    expect(server.has).toEqual(['ana/a', 'ana/b', 'ana/c']);
    expect(server.posts.at(-1)).toEqual(['a', 'b', 'c']);
    expect(stored.size).toBe(0);
  });

  it('send one at a time', async () => {
    const server = new Server();
    const [one, other] = [new Tab(server), new Tab(server)];
    one.queue.add(message('a'));
    other.queue.add(message('b'));
    await Promise.all([one.queue.flush(), other.queue.flush()]);
    expect(server.has).toEqual(['ana/a', 'ana/b']);
    expect(server.most).toBe(1);
  });

  it('hear of what the other has done, and see to it when it is gone', async () => {
    const server = new Server();
    const [one, other] = [new Tab(server), new Tab(server)];
    server.down = true;
    one.queue.add(message('a'));
    await one.queue.flush();
    server.down = false;
    const key = 'bandeja:shop:out:a';
    expect(other.queue.heard({ key: 'theme', newValue: '1' })).toBe(false);
    expect(other.queue.heard({ key, newValue: '{}' })).toBe(true);
    await other.queue.flush();
    expect(one.queue.heard({ key, newValue: null })).toBe(true);
    expect(one.waiting).toEqual([]);

    new Shelf('shop').put({ event: message('b'), visitor: 'ana', at: Date.now() });
    other.queue.heard({ key: 'bandeja:shop:out:b', newValue: '{}' });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.has).toEqual(['ana/a', 'ana/b']);
  });

  // Whatever fails and whichever tab is closed when: each message arrives once, in the order written.
  it.each([true, false])('bring over all of it, with locks: %s', async (lock) => {
    for (let seed = 1; seed <= 150; seed++) {
      const rand = random(seed);
      if (!lock) locks = undefined;
      const server = new Server();
      let tabs = [new Tab(server), new Tab(server)];
      const wrote: string[] = [];
      for (let step = 0; step < 40; step++) {
        const at = rand(2);
        const tab = tabs[at]!;
        server.down = rand(3) === 0;
        server.mute = rand(4) === 0;
        switch (rand(5)) {
          case 0:
          case 1:
            wrote.push(`ana/${seed}-${step}`);
            tab.queue.add(message(`${seed}-${step}`));
            break;
          case 2:
            await tab.queue.flush();
            break;
          case 3:
            await vi.advanceTimersByTimeAsync(rand(40_000));
            break;
          case 4:
            tabs = tabs.map((t, i) => (i === at ? new Tab(server) : t));
        }
      }
      server.down = server.mute = false;
      await vi.runAllTimersAsync();
      await new Tab(server).queue.flush();
      expect(server.has, `seed ${seed}`).toEqual(wrote);
    }
  });
});

describe('Whose it is', () => {
  it('stays so when somebody else takes over', async () => {
    const server = new Server();
    server.down = true;
    const tab = new Tab(server, 'ana');
    tab.queue.add(message('a'));
    await tab.queue.flush();

    // The page names Eva, whom the server will give a name of her own.
    tab.queue.await('7');
    tab.queue.add(message('e'));
    await tab.queue.sendAll();
    const still = new Tab(server, 'ana'); // another tab, where Ana is still in front of it
    server.down = false;
    await still.queue.flush();
    expect(server.has).toEqual(['ana/a']);

    tab.queue.become('eva', '7', false);
    await tab.queue.flush();
    expect(server.has).toEqual(['ana/a', 'eva/e']);
    expect(stored.size).toBe(0);
  });

  it('is found again by whom the page names at the next visit', async () => {
    const server = new Server();
    server.down = true;
    const tab = new Tab(server, '');
    tab.queue.await('7');
    tab.queue.add(message('e'));
    const later = new Tab(server, 'ana');
    server.down = false;
    later.queue.become('ana2', '42', false);
    await later.queue.flush();
    expect(server.has).toEqual([]);
    later.queue.become('eva', '7', false);
    await later.queue.flush();
    expect(server.has).toEqual(['eva/e']);
  });

  it('is asked again where the server has lost sight of the visitor', async () => {
    const server = new Server();
    server.mute = true;
    const tab = new Tab(server, 'old');
    tab.queue.add(message('a'));
    tab.queue.add({ cid: 'p', t: 'page', url: 'https://shop.example/' });
    await tab.queue.flush();
    server.mute = false;
    tab.queue.become('new', '', true);
    await tab.queue.flush();
    expect(server.has).toEqual(['old/a', 'old/p']);
    expect(tab.queue.waiting().map((e) => [e.event.cid, e.problem?.code])).toEqual([['a', 'left']]);
  });
});

/** Numbers below n, the same for the same seed. */
function random(seed: number): (n: number) => number {
  let x = seed * 0x9e3779b1;
  return (n) => {
    x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) + 0x6d2b79f5;
    return ((x ^ (x >>> 13)) >>> 0) % n;
  };
}
