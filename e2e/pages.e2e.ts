import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { pagesOf, sites, test } from './support/site.ts';

declare global {
  interface Window {
    axe: typeof axe;
    shifts: number[];
  }
}

/** The three ways a page is looked at. */
const looks = {
  light: { colorScheme: 'light', width: 1280, height: 900 },
  dark: { colorScheme: 'dark', width: 1280, height: 900 },
  phone: { colorScheme: 'light', width: 390, height: 844 },
} as const;

/** What axe objects to on the page it runs in, with no rule off and no element left out. */
async function objections(): Promise<string[]> {
  const { violations } = await window.axe.run(document, {
    resultTypes: ['violations'],
    rules: { 'target-size': { enabled: true } },
  });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' | ')}`);
}

/** How far the page it runs in reaches beyond the window's right edge, in CSS pixels. */
function overhang(): number {
  return document.documentElement.scrollWidth - document.documentElement.clientWidth;
}

/** Puts an open page into another theme and width, and waits until it has taken both. */
async function lookAt(page: Page, { colorScheme, width, height }: (typeof looks)[keyof typeof looks]) {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme });
  await page.locator(`html[data-theme=${colorScheme}]`).waitFor({ state: 'attached' });
  // Colours move to their new values; axe measures where they have come to rest.
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined))),
  );
}

/** Records every layout shift from the first paint on. */
const RECORD_SHIFTS = `window.shifts = [];
  new PerformanceObserver(list => window.shifts.push(...list.getEntries().map(entry => entry.value)))
    .observe({ type: 'layout-shift', buffered: true });`;

for (const path of pagesOf(sites.root)) {
  describe(`/${path}`, () => {
    test('nothing moves while it loads; axe objects to nothing in light, dark and at phone width', async ({
      open,
    }) => {
      const page = await open(path, { colorScheme: 'light', before: RECORD_SHIFTS });
      expect(await page.evaluate(() => window.shifts)).toEqual([]);
      await page.evaluate(axe.source);
      const found: Record<string, { axe: string[]; overhang: number }> = {};
      for (const [name, look] of Object.entries(looks)) {
        await lookAt(page, look);
        found[name] = { axe: await page.evaluate(objections), overhang: await page.evaluate(overhang) };
      }
      const nothing = { axe: [], overhang: 0 };
      expect(found).toEqual({ light: nothing, dark: nothing, phone: nothing });
      // The narrowest window there is to reckon with (WCAG 2.2, 1.4.10), and all that can be opened open.
      await page.setViewportSize({ width: 320, height: 640 });
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true;
      });
      expect(await page.evaluate(overhang)).toBe(0);
    });

    test('nothing moves while it loads on a phone', async ({ open }) => {
      const page = await open(path, { viewport: { width: 390, height: 844 }, before: RECORD_SHIFTS });
      expect(await page.evaluate(() => window.shifts)).toEqual([]);
    });

    test('under a sub-path it hydrates and keeps to its origin', async ({ open }) => {
      const page = await open(path, { site: sites.sub });
      expect(await page.locator('h1').count()).toBe(1);
    });
  });
}

test('a path that is nowhere gives the 404 page with status 404', async ({ open }) => {
  const problems: string[] = [];
  const page = await open('no/such/page', { problems });
  // The browser itself writes to the console what it got; nothing else may stand there.
  expect(problems.filter(line => !line.startsWith('console: Failed to load resource'))).toEqual([
    `404 for ${sites.root.url}no/such/page`,
  ]);
  expect(await page.title()).toContain('not found');
});
