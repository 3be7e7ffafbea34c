import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Download, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { PERFETTO } from '../src/views/perfetto.ts';
import { brokenRules } from '../src/views/traceRules.ts';
import { test } from './support/site.ts';

const PAGE = 'primer/notifiers/';
const SEQUENCE = '#experiment-primer-sequence';

async function textOf(download: Download): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'faultlines-trace-'));
  const file = join(folder, download.suggestedFilename());
  await download.saveAs(file);
  const text = readFileSync(file, 'utf8');
  rmSync(folder, { recursive: true });
  return text;
}

/** Stands in for Perfetto's own site: answers as its documentation says, and keeps what it is given. */
const STAND_IN = `<!doctype html><title>stand-in</title><script>
  addEventListener('message', ({ data, source, origin }) => {
    if (data === 'PING') source.postMessage('PONG', origin);
    else window.given = { title: data.perfetto.title, text: new TextDecoder().decode(data.perfetto.buffer) };
  });
</script>`;

async function open(page: Page, panel: string) {
  await page.locator(`${panel} .fl-trace summary`).first().click();
}

describe('a timeline', () => {
  test('is saved as a trace, and goes to Perfetto only when that is pressed', async ({ open: visit }) => {
    const problems: string[] = [];
    const page = await visit(PAGE, { problems });
    await page
      .context()
      .route(`${PERFETTO}/**`, route => route.fulfill({ contentType: 'text/html', body: STAND_IN }));
    const asked: string[] = [];
    page.context().on('request', request => asked.push(request.url()));
    await open(page, SEQUENCE);
    const waiting = page.waitForEvent('download');
    await page.locator(SEQUENCE).getByRole('button', { name: 'Save trace.json' }).click();
    const text = await textOf(await waiting);
    const trace = JSON.parse(text);
    expect(brokenRules(trace)).toEqual([]);
    expect(trace.traceEvents.filter(({ ph }: { ph: string }) => ph === 'X').length).toBeGreaterThan(2);
    expect(asked.filter(url => url.startsWith(PERFETTO))).toEqual([]);

    const popup = page.waitForEvent('popup');
    await page.locator(SEQUENCE).getByRole('button', { name: 'Open in Perfetto' }).click();
    const perfetto = await popup;
    await page.locator(`${SEQUENCE} .fl-trace .fl-note`, { hasText: 'Perfetto has the trace.' }).waitFor();
    const given = await perfetto.evaluate(() => (window as unknown as { given: { text: string } }).given);
    expect(given.text).toBe(text);
    expect(problems).toEqual([]);
  });

  test('so is a schedule of a race', async ({ open: visit }) => {
    const page = await visit('debates/private-memory/');
    const panel = page.locator('#race-private-memory-flip-vs-fault');
    await panel.getByLabel('Protocol').selectOption('no-range');
    await panel
      .getByRole('button', { name: /Step through/ })
      .first()
      .click();
    await panel.locator('.fl-trace summary').click();
    const waiting = page.waitForEvent('download');
    await panel.getByRole('button', { name: 'Save trace.json' }).click();
    const trace = JSON.parse(await textOf(await waiting));
    expect(brokenRules(trace)).toEqual([]);
    expect(trace.traceEvents.filter(({ ph }: { ph: string }) => ph === 'X')).toHaveLength(13);
  });
});
