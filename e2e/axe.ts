import { expect, type Page } from '@playwright/test';
import axe from 'axe-core';

const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Fails on any violation of WCAG 2.2 A or AA on the page as it is. */
export async function accessible(page: Page): Promise<void> {
  expect(await violations(page), 'accessibility violations').toEqual([]);
}

/**
 * The same in both themes, noted without ending the test, so that one run tells
 * of every screen. The themes differ in colours alone: the dark one is asked about those.
 */
export async function accessibleInBoth(page: Page, screen: string): Promise<void> {
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  expect.soft(await violations(page, ['color-contrast']), `${screen}, dark`).toEqual([]);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  expect.soft(await violations(page), `${screen}, light`).toEqual([]);
}

// axe stays in the page from one look to the next: bringing it there takes longer than looking.
async function violations(page: Page, rules?: string[]): Promise<string[]> {
  // What still moves has colours that nobody reads.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((a) => a.effect?.getTiming().iterations !== Infinity).map((a) => a.finished)));
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  return page.evaluate(async (runOnly) => {
    const found = await (window as unknown as { axe: typeof axe }).axe.run({ runOnly, resultTypes: ['violations'] });
    return found.violations.map((v) => {
      const nodes = v.nodes.map((n) => {
        const others = n.any.flatMap((check) => check.relatedNodes ?? []).map((o) => `\n  beside ${o.html}`);
        return `  ${n.target.join(' ')}\n  ${n.html}\n  ${n.failureSummary}${others.join('')}`;
      });
      return `${v.id}: ${v.help}\n${nodes.join('\n')}`;
    });
  }, rules ?? wcag);
}
