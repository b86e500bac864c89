import { describe, expect, test, vi } from 'vitest';
import { compareSeq, judge, type Missed, Sequencer } from './sequence';

test('numbers are compared as numbers', () => {
  expect(compareSeq('9', '10')).toBeLessThan(0);
  expect(judge('9007199254740993', '9007199254740994')).toBe('next');
  expect(judge('5', '5')).toBe('old');
  expect(judge('5', '4')).toBe('old');
  expect(judge('5', '7')).toBe('gap');
  // A stretch of which nothing is shown counts as a whole.
  expect(judge('5', '9', '6')).toBe('next');
  expect(judge('5', '9', '4')).toBe('next');
  expect(judge('5', '9', '7')).toBe('gap');
  expect(judge('5', '5', '3')).toBe('old');
});

type P = { seq: string };

function setup(last: string, answers: Missed<P>[]) {
  const applied: string[] = [];
  const reset = vi.fn();
  const asked: string[] = [];
  const sequencer = new Sequencer<P>(
    last,
    async (after) => {
      asked.push(after);
      return answers.shift() ?? { items: [], seq: after, reset: false };
    },
    (p) => applied.push(p.seq),
    reset,
  );
  return { sequencer, applied, reset, asked };
}

const settle = () => new Promise((r) => setTimeout(r));

describe('Sequencer', () => {
  test('applies in order and drops repeats', () => {
    const { sequencer, applied, asked } = setup('1', []);
    for (const seq of ['2', '2', '1', '3']) sequencer.receive({ seq });
    expect(applied).toEqual(['2', '3']);
    expect(asked).toEqual([]);
  });

  test('fetches a gap and keeps later pushes for after it', async () => {
    const { sequencer, applied, asked } = setup('1', [
      { items: [{ seq: '2' }, { seq: '3' }], seq: '3', reset: false },
    ]);
    sequencer.receive({ seq: '3' });
    sequencer.receive({ seq: '5' });
    sequencer.receive({ seq: '4' });
    await settle();
    expect(asked).toEqual(['1']);
    expect(applied).toEqual(['2', '3', '4', '5']);
  });

  test('reads on while the answer is only a page', async () => {
    const { sequencer, applied, asked } = setup('0', [
      { items: [{ seq: '1' }, { seq: '2' }], seq: '4', reset: false },
      { items: [{ seq: '3' }, { seq: '4' }], seq: '4', reset: false },
    ]);
    await sequencer.catchUp();
    expect(asked).toEqual(['0', '2']);
    expect(applied).toEqual(['1', '2', '3', '4']);
  });

  test('starts afresh when too much was missed', async () => {
    const { sequencer, applied, reset } = setup('1', [{ items: [], seq: '900', reset: true }]);
    sequencer.receive({ seq: '899' });
    await settle();
    expect(reset).toHaveBeenCalledOnce();
    sequencer.receive({ seq: '901' });
    expect(applied).toEqual(['901']);
  });

  test('survives a failed catch-up: the next push tries again', async () => {
    const applied: string[] = [];
    let fail = true;
    const sequencer = new Sequencer<P>(
      '1',
      async () => {
        if (fail) throw new Error('offline');
        return { items: [{ seq: '2' }, { seq: '3' }, { seq: '4' }], seq: '4', reset: false };
      },
      (p) => applied.push(p.seq),
      () => {},
    );
    sequencer.receive({ seq: '3' });
    await settle();
    expect(applied).toEqual([]);
    fail = false;
    sequencer.receive({ seq: '4' });
    await settle();
    expect(applied).toEqual(['2', '3', '4']);
  });
});
