import { readFileSync } from 'node:fs';
import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';

/** Prints, last of all, what the pages of failed tests showed: where tests run unattended, nothing else is left of them. */
export default class FailedPage implements Reporter {
  private readonly pages: string[] = [];

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status === test.expectedStatus) return;
    for (const { name, path } of result.attachments)
      if (name === 'error-context' && path) this.pages.push(`\nThe page of «${test.title}»:\n${pageOf(readFileSync(path, 'utf8'))}`);
  }

  onExit(): Promise<void> {
    for (const page of this.pages.slice(0, 3)) console.log(page);
    return Promise.resolve();
  }
}

/** The page as Playwright's report tells it, a tree, without what only a program would look for in it. */
function pageOf(report: string): string {
  const tree = /^```yaml\n(.*?)^```$/ms.exec(report)?.[1] ?? '(not known)\n';
  const lines = tree.replaceAll(/ \[(ref=\w+|cursor=pointer)\]/g, '').split('\n');
  return lines.filter((l) => !/^ *- (\/url|option|generic:?$|generic \[aria-hidden\])/.test(l)).slice(0, 200).join('\n');
}
