import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { lab } from '../src/cli/lab.ts';
import { test } from './support/site.ts';

const SEQUENCE = '#experiment-primer-sequence';
const PAGE = 'primer/notifiers/';
const BOOT = '#experiment-private-memory-boot';
const DEBATE = 'debates/private-memory/';

async function objections(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' | ')}`);
}

describe('a comparison', () => {
  test('runs two settings, has one cursor, marks what differs, and is in the link', async ({ open }) => {
    const page = await open(PAGE, { permissions: ['clipboard-read', 'clipboard-write'] });
    const panel = page.locator(SEQUENCE);
    await panel.getByRole('button', { name: 'Compare', exact: true }).click();
    const comparison = panel.locator('.fl-compare');
    await comparison.getByText('Shown: both runs').waitFor();
    const axes = await comparison
      .locator('.fl-pair svg.fl-lanes')
      .evaluateAll(all =>
        all.map(one => [one.getAttribute('data-from'), one.getAttribute('data-to')].join()),
      );
    expect(axes.length).toBeGreaterThanOrEqual(4);
    expect(new Set(axes).size).toBe(1);
    expect(await comparison.locator('.fl-differences mark').count()).toBeGreaterThan(0);
    await comparison.getByRole('slider', { name: /^Cursor/ }).fill('400');
    const lines = () =>
      comparison
        .locator('.fl-pair .fl-cursor')
        .evaluateAll(all => [...new Set(all.map(one => one.getAttribute('data-at')))]);
    await expect.poll(lines).toHaveLength(1);
    const reading = await comparison.locator('.fl-cursor-bar table').innerText();
    expect(reading).toContain('vCPU');
    for (const [width, colorScheme] of [
      [1280, 'dark'],
      [390, 'light'],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.locator(`html[data-theme=${colorScheme}]`).waitFor({ state: 'attached' });
      // Colours move to their new values; axe measures where they have come to rest.
      await page.evaluate(() =>
        Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined))),
      );
      expect(await objections(page)).toEqual([]);
      expect(
        await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        ),
      ).toBe(0);
    }
    await panel.getByRole('button', { name: 'Share', exact: true }).click();
    await panel.getByText('Link copied').waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link.length).toBeLessThan(2000);

    const other = await open(`${PAGE}${new URL(link).hash}`);
    const restored = other.locator(`${SEQUENCE} .fl-compare`);
    await restored.getByText('Not run yet').waitFor();
    expect(other.workers()).toEqual([]);
    await restored.getByRole('button', { name: 'Run both' }).click();
    await restored.getByText('Shown: both runs').waitFor();
    expect(await restored.locator('.fl-cursor-bar table').innerText()).toBe(reading);
  });
});

describe('a sweep', () => {
  test('over two parameters gives a map and the bytes of lab sweep, and its link runs nothing', async ({
    open,
  }) => {
    const page = await open(DEBATE, { permissions: ['clipboard-read', 'clipboard-write'] });
    const panel = page.locator(BOOT);
    await panel.getByRole('button', { name: 'Sweep', exact: true }).click();
    const sweep = panel.locator('.fl-compare');
    await sweep.getByLabel('Sweep', { exact: true }).selectOption('transactions');
    await sweep.getByLabel('and', { exact: true }).selectOption('pages');
    const lists = sweep.locator('input[type=text]');
    await lists.nth(0).fill('0,10,20');
    await lists.nth(1).fill('1,99');
    await sweep.getByRole('button', { name: 'Run sweep' }).click();
    await sweep.getByRole('alert').getByText('not "99"').waitFor();
    await lists.nth(1).fill('1,2');
    await sweep.getByRole('button', { name: 'Run sweep' }).click();
    await sweep.getByText('Done: 6 of 6 points.').waitFor();
    await expect.poll(() => sweep.locator('rect.fl-heat').count()).toBe(6);
    expect(await sweep.locator('tbody tr').count()).toBeGreaterThanOrEqual(6);
    expect(await objections(page)).toEqual([]);

    const folder = mkdtempSync(join(tmpdir(), 'faultlines-sweep-'));
    for (const format of ['csv', 'json']) {
      const waiting = page.waitForEvent('download');
      await sweep.getByRole('button', { name: `Sweep as ${format.toUpperCase()}` }).click();
      const file = join(folder, `saved.${format}`);
      await (await waiting).saveAs(file);
      const saved = readFileSync(file, 'utf8');
      const out = join(folder, `all.${format}`);
      const args = [
        'sweep',
        'private-memory/boot',
        '--transactions',
        '0,10,20',
        '--pages',
        '1,2',
        '--out',
        out,
      ];
      expect(await lab(args, { out() {}, error() {} })).toBe(0);
      expect(saved).toBe(readFileSync(out, 'utf8'));
    }
    rmSync(folder, { recursive: true });

    await panel.getByRole('button', { name: 'Share', exact: true }).click();
    await panel.getByText('Link copied').waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link.length).toBeLessThan(2000);
    const other = await open(`${DEBATE}${new URL(link).hash}`);
    const restored = other.locator(`${BOOT} .fl-compare`);
    await restored.getByText('Not run yet.').waitFor();
    expect(other.workers()).toEqual([]);
    expect(
      await restored
        .locator('input[type=text]')
        .evaluateAll(all => all.map(one => (one as HTMLInputElement).value)),
    ).toEqual(['0,10,20', '1,2']);
  });

  test('is cancelled, keeps what is done, and goes on with the rest', async ({ open }) => {
    const page = await open(DEBATE);
    const panel = page.locator(BOOT);
    await panel.getByRole('button', { name: 'Sweep', exact: true }).click();
    const sweep = panel.locator('.fl-compare');
    await sweep.getByLabel('Sweep', { exact: true }).selectOption('transactions');
    const many = Array.from({ length: 60 }, (_, at) => at * 20).join(',');
    await sweep.locator('input[type=text]').first().fill(many);
    // The experiment above keeps one worker ready.
    const before = page.workers().length;
    await sweep.getByRole('button', { name: 'Run sweep' }).click();
    await sweep.getByText(/ of 60 points, about \d+ s left/).waitFor();
    await sweep.getByRole('button', { name: 'Cancel' }).click();
    await sweep.getByText(/Stopped: \d+ of 60 points are kept/).waitFor();
    await expect.poll(() => page.workers().length).toBe(before);
    await sweep.getByRole('button', { name: 'Run sweep' }).click();
    await sweep.getByText('Done: 60 of 60 points.').waitFor();
  });
});
