import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Fails on any violation of WCAG 2.2 A or AA on the page as it is. */
export async function accessible(page: Page): Promise<void> {
  expect(await violations(new AxeBuilder({ page }).withTags(wcag)), 'accessibility violations').toEqual([]);
}

/**
 * The same in both themes, noted without ending the test, so that one run tells
 * of every screen. The themes differ in colours alone: the dark one is asked about those.
 */
export async function accessibleInBoth(page: Page, screen: string): Promise<void> {
  // What still moves has colours that nobody reads.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((a) => a.effect?.getTiming().iterations !== Infinity).map((a) => a.finished)));
  expect.soft(await violations(new AxeBuilder({ page }).withTags(wcag)), `${screen}, light`).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  expect.soft(await violations(new AxeBuilder({ page }).withRules(['color-contrast'])), `${screen}, dark`).toEqual([]);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
}

async function violations(axe: AxeBuilder): Promise<string[]> {
  const result = await axe.analyze();
  return result.violations.map((v) => `${v.id}: ${v.help}\n${v.nodes.map((n) => `  ${n.target.join(' ')}\n  ${n.html}\n  ${n.failureSummary}`).join('\n')}`);
}
