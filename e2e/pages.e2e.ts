import axe from 'axe-core';
import { describe, expect } from 'vitest';
import { pagesOf, sites, test } from './support/site.ts';

declare global {
  interface Window {
    axe: typeof axe;
  }
}

/** The three ways a page is looked at. */
const looks = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 844 } },
} as const;

/** What axe objects to on the page it runs in, with no rule off and no element left out. */
async function objections(): Promise<string[]> {
  const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' | ')}`);
}

/** How far the page it runs in reaches beyond the window's right edge, in CSS pixels. */
function overhang(): number {
  return document.documentElement.scrollWidth - document.documentElement.clientWidth;
}

for (const path of pagesOf(sites.root)) {
  describe(`/${path}`, () => {
    for (const [look, options] of Object.entries(looks)) {
      test(`${look}: axe objects to nothing, and nothing scrolls sideways`, async ({ open }) => {
        const page = await open(path, options);
        await page.evaluate(axe.source);
        expect(await page.evaluate(objections)).toEqual([]);
        expect(await page.evaluate(overhang)).toBe(0);
      });
    }

    for (const [name, site] of Object.entries(sites)) {
      test(`${name} build: hydrates and keeps to its origin`, async ({ open }) => {
        const page = await open(path, { site });
        expect(await page.getAttribute('html', 'data-has-hydrated')).toBe('true');
        expect(await page.locator('h1').count()).toBe(1);
      });
    }
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
