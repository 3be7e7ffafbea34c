import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { describe, expect, test as plain } from 'vitest';
import { SearchIndex, type Section } from '../src/search/index.ts';
import { sites, test } from './support/site.ts';

const sections: Section[] = JSON.parse(readFileSync(join(sites.root.folder, 'search-index.json'), 'utf8'));

/** What readers may type, and the page that has to be among the first three. */
const queries: readonly (readonly [query: string, path: string])[] = [
  ['KVM_SET_MEMORY_ATTRIBUTES', 'debates/private-memory/'],
  ['memory attributes xarray', 'debates/private-memory/'],
  ['who records private', 'debates/private-memory/'],
  ['103 s boot', 'debates/private-memory/'],
  ['guest_memfd', 'debates/private-memory/'],
  ['fd-based private memory', 'debates/private-memory/'],
  ['double allocation', 'debates/private-memory/'],
  ['wbinvd', 'debates/shared-only/'],
  ['cache flush notifier SNP', 'debates/shared-only/'],
  ['who pins', 'debates/pinning/'],
  ['pinned SPTE', 'debates/pinning/'],
  ['encrypted pages pin unpin SEV', 'debates/pinning/'],
  ['guest memory type', 'debates/memory-type/'],
  ['ignore PAT', 'debates/memory-type/'],
  ['non-coherent DMA', 'debates/memory-type/'],
  ['self-snoop', 'debates/memory-type/'],
  ['hugetlb 1G post-copy', 'debates/userfault/'],
  ['userfaultfd', 'debates/userfault/'],
  ['missing page vCPU exit', 'debates/userfault/'],
  ['memslot', 'primer/memslots-and-faults/'],
  ['gfn', 'glossary/'],
  ['mmu_lock', 'glossary/'],
  ['zap', 'glossary/'],
  ['share link', 'guides/sharing/'],
  ['embed iframe', 'guides/sharing/'],
  ['export csv', 'guides/sharing/'],
  ['perfetto', 'guides/sharing/'],
  ['constructor', 'api/engine/'],
  ['WaitQueue', 'api/engine/'],
  ['ReclaimDesign', 'api/kvm/'],
];

describe('what readers type leads to the right page', () => {
  const index = new SearchIndex(sections);
  plain.each(queries)('%s: %s', (query, path) => {
    const found = index.find(query, 3).map(({ section }) => section.path.replace(/#.*/, ''));
    expect(found).toContain(path);
  });

  plain('every section that is found has its anchor in its page', () => {
    expect(sections.length).toBeGreaterThan(50);
    const lost = sections.filter(({ path }) => {
      const [page, anchor] = path.split('#');
      const html = readFileSync(join(sites.root.folder, page, 'index.html'), 'utf8');
      return anchor !== undefined && !new RegExp(`\\bid=["']?${anchor}["' >]`).test(html);
    });
    expect(lost).toEqual([]);
  });
});

describe('the search in the page', () => {
  for (const [look, options] of Object.entries({
    light: { colorScheme: 'light' },
    dark: { colorScheme: 'dark' },
    phone: { colorScheme: 'light', viewport: { width: 390, height: 844 } },
  } as const)) {
    test(`${look}: opens by a key, finds while one types, leads there, and axe objects to nothing`, async ({
      open,
    }) => {
      const page = await open('glossary/', { site: sites.sub, ...options });
      await page.keyboard.press('/');
      const field = page.getByRole('combobox', { name: 'Search the site' });
      await field.fill('KVM_SET_MEMORY');
      const results = page.getByRole('option');
      await results.first().waitFor();
      await page.evaluate(axe.source);
      const objections = await page.evaluate(async () => {
        const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' | ')}`);
      });
      expect(objections).toEqual([]);
      await page.keyboard.press('ArrowDown');
      expect(await results.nth(1).getAttribute('aria-selected')).toBe('true');
      await page.keyboard.press('ArrowUp');
      const title = await results.first().locator('.fl-search-title').textContent();
      await page.keyboard.press('Enter');
      await page.locator('h1', { hasText: title ?? '-' }).waitFor();
      expect(new URL(page.url()).pathname.startsWith(sites.sub.baseUrl)).toBe(true);
      expect(await page.locator('dialog').count()).toBe(0);
    });
  }

  test('Esc closes it, and the focus is where it was', async ({ open }) => {
    const page = await open('glossary/');
    const button = page.getByRole('button', { name: 'Search' });
    await button.click();
    await page.getByRole('combobox', { name: 'Search the site' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    expect(await button.evaluate(element => document.activeElement === element)).toBe(true);
  });

  test('an index that cannot be had is said, and the page goes on', async ({ open }) => {
    const page = await open('glossary/', { problems: [] });
    await page.route('**/search-index.json', route => route.abort());
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('The search does not work now').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.navbar a', { hasText: 'Debates' }).first().click();
    await page.locator('h1').waitFor();
  });
});
