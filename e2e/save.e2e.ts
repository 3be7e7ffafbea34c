import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { findExperiment } from '../src/model/experiments/index.ts';
import { defaults } from '../src/model/experiments/params.ts';
import { test } from './support/site.ts';

const PAGE = 'debates/private-memory/';
const BOOT = '#experiment-private-memory-boot';
const boot = findExperiment('private-memory/boot')!;

async function saved(page: Page, button: string): Promise<Buffer> {
  const waiting = page.waitForEvent('download');
  await page.locator(BOOT).getByRole('button', { name: button }).click();
  const folder = mkdtempSync(join(tmpdir(), 'faultlines-save-'));
  const download = await waiting;
  await download.saveAs(join(folder, download.suggestedFilename()));
  const content = readFileSync(join(folder, download.suggestedFilename()));
  rmSync(folder, { recursive: true });
  return content;
}

describe('what a reader takes away', () => {
  test('the rows as JSON and CSV, of the values that are set; figure and citation', async ({ open }) => {
    const page = await open(PAGE);
    await page.locator(`${BOOT} input[type=text]`).first().fill('1000');
    await page.locator(`${BOOT} .fl-actions [role=status]`, { hasText: 'with these values' }).waitFor();
    await page.locator(`${BOOT} .fl-save summary`).click();
    const values = { ...defaults(boot.params), transactions: 1000 };
    const rows = boot.run(values);
    const json = JSON.parse((await saved(page, 'Rows as JSON')).toString());
    expect(json).toEqual({
      experiment: boot.id,
      params: values,
      rows,
      evidence: boot.evidence(rows, values),
    });
    const csv = (await saved(page, 'Rows as CSV')).toString().trimEnd().split('\n');
    expect(csv).toHaveLength(rows.length + 1);
    expect(csv[0]).toBe(Object.keys(rows[0]).join(','));
    const svg = (await saved(page, 'Figure as SVG')).toString();
    expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).toContain('SNP without fd-based memory');
    // Nothing is left that only this page could resolve.
    expect(svg).not.toMatch(/var\(--|class=|<script/);
    const png = await saved(page, 'Figure as PNG');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.readUInt32BE(16)).toBeGreaterThan(600);
    await page.locator(BOOT).getByRole('button', { name: 'Citation' }).click();
    const line = await page.locator(BOOT).getByLabel('Citation').inputValue();
    expect(line).toContain('experiment private-memory/boot');
    expect(line).toContain('transactions 1000');
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() =>
      window.axe.run(document, { resultTypes: ['violations'] }),
    );
    expect(violations.map(({ id }) => id)).toEqual([]);
    // The link in it brings the values back.
    const followed = await open(`${PAGE}${new URL(line.slice(line.lastIndexOf('http'))).hash}`);
    await followed.locator(`${BOOT} .fl-note`, { hasText: 'came with a link' }).waitFor();
    expect(await followed.locator(`${BOOT} input[type=text]`).first().inputValue()).toBe('1000');
  });
});
