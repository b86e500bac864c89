import { describe, expect, it } from 'vitest';
import { type Event, Later, Queue } from './queue';

const message = (cid: string): Event => ({ cid, t: 'message', text: cid });

function shelf(kept: Event[] = []) {
  const s = {
    kept,
    load: () => [...s.kept],
    save: (e: Event[]) => {
      s.kept = [...e];
    },
  };
  return s;
}

describe('Queue', () => {
  it('sends in order, keeps what failed under the same name, and goes on', async () => {
    const kept = shelf();
    const got: string[][] = [];
    const settled: string[] = [];
    let down = true;
    const q = new Queue(
      kept,
      async (events) => {
        if (down) throw new Later();
        got.push(events.map((e) => e.cid));
        return events.map((e) => ({ cid: e.cid }));
      },
      (e) => settled.push(e.cid),
      () => undefined,
    );
    q.add(message('a'));
    q.add(message('b'));
    await q.flush();
    expect(kept.kept.map((e) => e.cid)).toEqual(['a', 'b']);
    expect(settled).toEqual([]);
    down = false;
    await q.flush();
    expect(got).toEqual([['a', 'b']]);
    expect(settled).toEqual(['a', 'b']);
    expect(kept.kept).toEqual([]);
  });

  it('goes on after a reload with what was waiting', async () => {
    const got: string[] = [];
    const q = new Queue(
      shelf([message('x')]),
      async (events) => {
        got.push(...events.map((e) => e.cid));
        return [];
      },
      () => undefined,
      () => undefined,
    );
    await q.flush();
    expect(got).toEqual(['x']);
  });

  it('tells of a refusal and does not send it again', async () => {
    const refused: string[] = [];
    const q = new Queue(
      shelf(),
      async (events) => events.map((e) => ({ cid: e.cid, problem: { code: 'too_long', detail: 'too long' } })),
      (e, p) => p && refused.push(`${e.cid} ${p.code}`),
      () => undefined,
    );
    q.add(message('a'));
    await q.flush();
    await q.flush();
    expect(refused).toEqual(['a too_long']);
  });
});
