import { type ChildProcess, spawn } from 'node:child_process';
import { expect, type Page, test } from '@playwright/test';
import { answers, binary, freePort } from './server.ts';

// Measured on the data folder that `bandeja bench seed` has filled. Figures depend on
// the machine, so they are printed and not asserted.
const data = process.env.BANDEJA_BENCH_DATA ?? '';
const owner = { email: 'owner@example.com', password: 'a quiet password' };

let server: ChildProcess;
let url: string;

test.beforeAll(async () => {
  expect(data, 'BANDEJA_BENCH_DATA names a seeded data folder').not.toBe('');
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  server = spawn(binary, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`], {
    env: { ...process.env, BANDEJA_PUBLIC_URL: url, BANDEJA_LOG_LEVEL: 'warn', BANDEJA_DATABASE_URL: '' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await answers(`${url}/readyz`);
});

test.afterAll(() => {
  server.kill('SIGINT');
});

test.beforeEach(async ({ page }) => {
  const r = await page.request.post(`${url}/api/v1/session`, { data: owner });
  expect(r.ok(), await r.text()).toBe(true);
  await page.goto(`${url}/inbox/all?status=all`);
  await expect(page.locator('[data-row]').first()).toBeVisible();
});

function say(name: string, figures: Record<string, number | string>): void {
  const text = Object.entries(figures).map(([k, v]) => `${k} ${typeof v === 'number' ? Math.round(v * 10) / 10 : v}`);
  console.log(`${name.padEnd(44)} ${text.join('   ')}`);
}

const quantile = (all: number[], q: number) => all.toSorted((a, b) => a - b)[Math.min(all.length - 1, Math.floor(q * all.length))]!;

/** Clicks rows one by one down the list, and returns how long each took to be on the screen, in ms. */
async function openContacts(page: Page, count: number): Promise<number[]> {
  return page.evaluate(async (count) => {
    const frame = () => new Promise((r) => requestAnimationFrame(r));
    const list = document.querySelector('[data-row]')!.closest<HTMLElement>('.overflow-y-auto')!;
    const times: number[] = [];
    const seen = new Set([location.pathname.split('/').at(-1)!]); // who is open is on the screen already
    while (times.length < count) {
      const row = [...list.querySelectorAll<HTMLElement>('[data-row]')]
        .filter((r) => !seen.has(r.dataset.row!))
        .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
        .find((r) => r.getBoundingClientRect().bottom <= innerHeight && r.getBoundingClientRect().top >= list.getBoundingClientRect().top);
      if (!row) {
        list.scrollBy(0, 400);
        await frame();
        await frame();
        if (list.scrollTop + list.clientHeight >= list.scrollHeight) seen.clear(); // around again
        continue;
      }
      const id = row.dataset.row!;
      seen.add(id);
      const before = document.querySelector<HTMLElement>('[data-message]')?.dataset.message;
      const begun = performance.now();
      row.click();
      // It is there when its messages and its name are, and that has been painted.
      for (;;) {
        await frame();
        const now = document.querySelector<HTMLElement>('[data-message]')?.dataset.message;
        if (location.pathname.endsWith(id) && now && now !== before && !document.querySelector('main [aria-busy="true"]')) break;
        if (performance.now() - begun > 5000) throw new Error(`contact ${id} is not on the screen after 5 s`);
      }
      await new Promise((r) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = r; // after this frame's paint
        port2.postMessage(0);
      });
      times.push(performance.now() - begun);
    }
    return times;
  }, count);
}

declare global {
  interface Window {
    painted: Promise<number>;
  }
}

/** Points at rows one by one, rests there for as long as a hand does, clicks, and returns how long each took from the press of the button to be on the screen, in ms. */
async function clickContacts(page: Page, count: number): Promise<number[]> {
  const times: number[] = [];
  const seen = new Set<string>([new URL(page.url()).pathname.split('/').at(-1)!]);
  while (times.length < count) {
    const row = await page.evaluate((seen) => {
      const list = document.querySelector('[data-row]')!.closest<HTMLElement>('.overflow-y-auto')!;
      const box = list.getBoundingClientRect();
      const next = [...list.querySelectorAll<HTMLElement>('[data-row]')]
        .map((r) => ({ id: r.dataset.row!, at: r.getBoundingClientRect() }))
        .filter((r) => !seen.includes(r.id) && r.at.top >= box.top && r.at.bottom <= innerHeight)
        .sort((a, b) => a.at.top - b.at.top)[0];
      if (!next) list.scrollBy(0, 400);
      return next && { id: next.id, x: next.at.x + 100, y: next.at.y + 20 };
    }, [...seen]);
    if (!row) {
      await page.waitForTimeout(100);
      continue;
    }
    seen.add(row.id);
    await page.mouse.move(row.x, row.y);
    await page.waitForTimeout(150);
    await page.evaluate((id) => {
      window.painted = new Promise((done) => {
        const pressed = async () => {
          const begun = performance.now();
          const before = document.querySelector<HTMLElement>('[data-message]')?.dataset.message;
          for (;;) {
            await new Promise((r) => requestAnimationFrame(r));
            const now = document.querySelector<HTMLElement>('[data-message]')?.dataset.message;
            if (location.pathname.endsWith(id) && now && now !== before && !document.querySelector('main [aria-busy="true"]')) break;
          }
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => done(performance.now() - begun); // after this frame's paint
          port2.postMessage(0);
        };
        addEventListener('pointerdown', () => void pressed(), { once: true, capture: true });
      });
    }, row.id);
    await page.mouse.down();
    await page.mouse.up();
    times.push(await page.evaluate(() => window.painted));
  }
  return times;
}

test('from a click on a contact to its messages on the screen', async ({ page }) => {
  const figures = (times: number[]) => ({ p50: quantile(times, 0.5), p95: quantile(times, 0.95), max: Math.max(...times) });
  const [first] = await clickContacts(page, 20); // the browser's compiler has then seen the code
  say('contact click → painted (≤ 100 ms p95)', { first: first!, ...figures(await clickContacts(page, 200)) });
  say('  the same with nothing fetched ahead', figures(await openContacts(page, 200)));
});

test('the list is scrolled', async ({ page }) => {
  for (const speed of [1500, 4000]) {
    const { deltas, blank, rows } = await page.evaluate(async (speed) => {
      const list = document.querySelector('[data-row]')!.closest<HTMLElement>('.overflow-y-auto')!;
      const deltas: number[] = [];
      let blank = 0;
      let last = await new Promise<number>((r) => requestAnimationFrame(r));
      const end = last + 10_000;
      while (last < end) {
        const now = await new Promise<number>((r) => requestAnimationFrame(r));
        // What the last frame showed: every place has a row, none is waited for.
        const box = list.getBoundingClientRect();
        const tops = [...list.querySelectorAll('[data-row]')].map((r) => r.getBoundingClientRect()).sort((a, b) => a.top - b.top);
        let covered = box.top;
        for (const r of tops) if (r.top <= covered + 1) covered = Math.max(covered, r.bottom);
        if (covered < box.bottom - 1) blank++;
        deltas.push(now - last);
        list.scrollTop += (speed * (now - last)) / 1000;
        last = now;
      }
      return { deltas, blank, rows: Math.round(list.scrollTop / 64) };
    }, speed);
    say(`list scrolled at ${speed} px/s (60 fps, no blank)`, {
      fps: (1000 * deltas.length) / deltas.reduce((a, b) => a + b),
      'p95 frame': quantile(deltas, 0.95),
      max: Math.max(...deltas),
      'blank frames': blank,
      rows,
    });
  }
});

test('memory over a thousand contacts', async ({ page }) => {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable');
  const measure = async () => {
    await cdp.send('HeapProfiler.collectGarbage');
    const { metrics } = await cdp.send('Performance.getMetrics');
    const of = (name: string) => metrics.find((m) => m.name === name)!.value;
    return { heap: of('JSHeapUsedSize') / (1 << 20), nodes: of('Nodes'), listeners: of('JSEventListeners') };
  };
  for (let done = 0; done <= 1000; done += 200) {
    const { heap, nodes, listeners } = await measure();
    say(`after ${done} contacts (flat)`, { 'heap MB': heap, nodes, listeners });
    if (done < 1000) await openContacts(page, 200);
  }
});
