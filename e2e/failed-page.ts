import { readFileSync } from 'node:fs';
import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';

/** A timer that fires this much later than it should tells that the machine stood still, in ms. */
const STILL = 10_000;

/**
 * Prints, last of all, why tests failed and what their pages showed, also of those that
 * passed when tried again: where tests run unattended, nothing else is left of them. And
 * when the machine stood still, as a virtual one may for minutes: toasts have gone by then,
 * and what waits for them is out of time, without the program having a part in it.
 */
export default class FailedPage implements Reporter {
  private readonly failed: string[] = [];
  private readonly still: string[] = [];
  private last = Date.now();
  private readonly timer = setInterval(() => {
    const late = Date.now() - this.last;
    if (late > STILL) this.still.push(`The machine stood still for ${Math.round(late / 1000)} s until ${new Date().toISOString()}.`);
    this.last = Date.now();
  }, 1000);

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status === test.expectedStatus || result.status === 'skipped') return;
    const error = (result.error?.message ?? result.status).split('\n').slice(0, 15).join('\n');
    const at = result.error?.location;
    const where = at ? `${at.file.split('/').at(-1)}:${at.line}` : '';
    const page = result.attachments.find((a) => a.name === 'error-context' && a.path);
    const shown = page?.path ? `Its page:\n${pageOf(readFileSync(page.path, 'utf8'))}` : '';
    this.failed.push(`\n«${test.title}», attempt ${result.retry + 1}, until ${new Date().toISOString()}\n${where} ${error}\n${shown}`);
  }

  onExit(): Promise<void> {
    clearInterval(this.timer);
    for (const f of this.failed.slice(0, 3)) console.log(f);
    for (const s of this.still) console.log(s);
    return Promise.resolve();
  }
}

/** The page as Playwright's report tells it, a tree, without what only a program would look for in it. */
function pageOf(report: string): string {
  const tree = /^```yaml\n(.*?)^```$/ms.exec(report)?.[1] ?? '(not known)\n';
  const lines = tree.replaceAll(/ \[(ref=\w+|cursor=pointer)\]/g, '').split('\n');
  return lines.filter((l) => !/^ *- (\/url|option|generic:?$|generic \[aria-hidden\])/.test(l)).slice(0, 120).join('\n');
}
