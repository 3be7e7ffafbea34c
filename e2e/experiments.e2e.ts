import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page, Request } from 'playwright-core';
import { describe, expect } from 'vitest';
import { answer } from '../plugins/experiments/answer.ts';
import { settingsOf } from '../plugins/experiments/settings.ts';
import type { Query } from '../src/components/Result/query.ts';
import { experiments } from '../src/model/experiments/index.ts';
import { type AnyValues, defaults, type Params } from '../src/model/experiments/params.ts';
import { MODEL_VERSION } from '../src/model/version.ts';
import { formatLabel, formatNumber, formatValue } from '../src/views/format.ts';
import { twinOf } from '../src/views/index.ts';
import { pagesOf, sites, test } from './support/site.ts';

const DEBATE = 'debates/private-memory/';
const BOOT = '#experiment-private-memory-boot';

/** The texts of the tables inside an element, with what marks each; runs in the page. */
function tablesIn(element: Element): { evidence: boolean; rows: string[][] }[] {
  return [...element.querySelectorAll('table')].map(table => ({
    evidence: table.classList.contains('fl-evidence'),
    rows: [...table.rows].map(row => [...row.cells].map(cell => cell.textContent ?? '')),
  }));
}

/** What a fresh run of an experiment's defaults gives, as the tables of its page. */
function freshTables(id: string): string[][][] {
  const experiment = experiments.find(one => one.id === id)!;
  const values = defaults(experiment.params);
  const rows = experiment.run(values);
  const tables = experiment.views(rows, values).map(view => {
    const { columns, rows } = twinOf(view);
    return [
      columns.map(formatLabel),
      ...rows.map(row => columns.map(column => formatValue(row[column.key], column))),
    ];
  });
  const evidence = experiment
    .evidence(rows, values)
    .map(figure => [
      figure.name,
      `${formatNumber(figure.published)} ${figure.unit}`,
      `${formatNumber(figure.model)} ${figure.unit}`,
    ]);
  return [...tables, ...(evidence.length > 0 ? [evidence] : [])];
}

const pages = pagesOf(sites.root).filter(path => !path.endsWith('.html'));
const anchorOf = (id: string) => `experiment-${id.replace('/', '-')}`;

/** Pages that show an experiment in full; the front page shows first figures alone. */
function shownOn(id: string): string[] {
  return pages.filter(
    path =>
      path !== '' &&
      readFileSync(join(sites.root.folder, path, 'index.html'), 'utf8').includes(`id=${anchorOf(id)}`),
  );
}

describe('what stands in the HTML is what the model computes', () => {
  for (const { id, question, params } of experiments) {
    test(`${id}: question, parameters, tables and evidence`, async ({ open }) => {
      const [path] = shownOn(id);
      expect(path, 'a page that shows it').toBeDefined();
      const page = await open(path, { javaScriptEnabled: false });
      const section = page.locator(`#${anchorOf(id)}`);
      expect(await section.locator('.fl-question').textContent()).toBe(question);
      const labels = await section.locator('.fl-controls .fl-label').allTextContents();
      expect(labels).toEqual(Object.values(params).map(({ label }) => label));
      expect(await section.locator('.fl-default').count()).toBe(labels.length);
      const shown = (await section.evaluate(tablesIn)).map(({ evidence, rows }) =>
        evidence ? rows.slice(1).map(row => row.slice(0, 3)) : rows,
      );
      const fresh = freshTables(id);
      expect(shown.map(rows => rows.length)).toEqual(fresh.map(rows => rows.length));
      // The first row that differs says more than all of them.
      for (const [index, rows] of fresh.entries()) {
        for (const [at, row] of rows.entries()) expect(shown[index][at]).toEqual(row);
      }
    });
  }

  test('every quoted result', async ({ open }) => {
    const quotes: { key: string; text: string }[] = [];
    for (const path of pages) {
      if (!readFileSync(join(sites.root.folder, path, 'index.html'), 'utf8').includes('data-result'))
        continue;
      const page = await open(path, { javaScriptEnabled: false });
      quotes.push(
        ...(await page.$$eval('[data-result]', found =>
          found.map(one => ({ key: one.getAttribute('data-result') ?? '', text: one.textContent ?? '' })),
        )),
      );
    }
    expect(quotes.length).toBeGreaterThan(0);
    for (const { key, text } of quotes) {
      const query = Object.fromEntries(key.split(' | ').map(pair => pair.split(/=(.*)/s, 2))) as Query;
      const experiment = experiments.find(({ id }) => id === query.of)!;
      const values =
        query.set === undefined ? defaults(experiment.params) : settingsOf(experiment.params, query.set);
      const rows = experiment.run(values);
      expect(`${key}: ${text}`).toBe(
        `${key}: ${answer({ rows, evidence: experiment.evidence(rows, values) }, query)}`,
      );
    }
  });
});

/** The figures of an experiment's outcome as text: what changes when it was drawn anew. */
function figures(page: Page, section = BOOT): Promise<string> {
  return page.locator(`${section} .fl-outcome`).first().innerHTML();
}

/** The texts of the table of an experiment's first figure. */
async function firstTable(page: Page): Promise<string[][]> {
  return (await page.locator(BOOT).evaluate(tablesIn))[0].rows;
}

const status = (page: Page, section = BOOT) => page.locator(`${section} [role=status]`);

describe('an experiment in the page', () => {
  test('without JavaScript shows its default run, and says that the controls need it', async ({ open }) => {
    const page = await open(DEBATE, { javaScriptEnabled: false });
    const section = page.locator(BOOT);
    expect(await section.locator('svg:visible').count()).toBeGreaterThan(0);
    expect(await section.locator('.fl-evidence:visible tbody tr').count()).toBeGreaterThan(0);
    expect(await section.locator('noscript').count()).toBe(1);
    expect(await section.locator('input:enabled').count()).toBe(0);
    await section.locator('.fl-twin summary').first().click();
    expect(await section.locator('.fl-twin table').first().isVisible()).toBe(true);
  });

  test('sends its figure once: as HTML, not as script', async ({ open }) => {
    const requests: Request[] = [];
    await open(DEBATE, { requests });
    const fetchedAhead = (request: Request) => request.headers()['sec-purpose']?.startsWith('prefetch');
    const scripts = requests.filter(request => request.url().endsWith('.js') && !fetchedAhead(request));
    expect(scripts.length).toBeGreaterThan(1);
    for (const script of scripts) {
      expect(await (await script.response())?.text()).not.toContain('fl-twin"');
    }
  });

  test('runs again when a control is changed, and comes back to the same default', async ({ open }) => {
    const page = await open(DEBATE);
    const before = await firstTable(page);
    const field = page.locator(`${BOOT} input[type=text]`).first();
    await field.fill('1000');
    await status(page).getByText('Shown: the run with these values.').waitFor();
    const after = await firstTable(page);
    expect(after).not.toEqual(before);
    expect(after[0]).toEqual(before[0]);
    await page.locator(`${BOOT} button`, { hasText: 'Defaults' }).click();
    await expect.poll(() => firstTable(page)).toEqual(before);
  });

  test('works from the keyboard', async ({ open }) => {
    const page = await open(DEBATE);
    const before = await figures(page);
    const slider = page.locator(`${BOOT} input[type=range]`).first();
    await slider.focus();
    const start = await slider.getAttribute('aria-valuetext');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => slider.getAttribute('aria-valuetext')).not.toBe(start);
    await status(page).getByText('Shown: the run with these values.').waitFor();
    expect(await figures(page)).not.toBe(before);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('text');
  });

  test('says what is wrong with a value, keeps it, and runs nothing', async ({ open }) => {
    const page = await open(DEBATE);
    const before = await figures(page);
    const field = page.locator(`${BOOT} input[type=text]`).first();
    for (const text of ['-1', '1.5', 'many', '', '1e99', '<img src=x onerror=alert(1)>']) {
      await field.fill(text);
      await page.locator(`${BOOT} .fl-wrong`).waitFor();
      expect(await page.locator(`${BOOT} .fl-wrong`).textContent()).toMatch(/is a whole number from 0 to/);
      expect(await field.inputValue()).toBe(text);
      expect(await field.getAttribute('aria-invalid')).toBe('true');
    }
    expect(await figures(page)).toBe(before);
    expect(await status(page).textContent()).toBe('Shown: the run with these defaults.');
  });

  test('stops, and shows the run before', async ({ open }) => {
    const page = await open(DEBATE);
    const before = await figures(page);
    const field = page.locator(`${BOOT} input[type=text]`).first();
    await field.fill('500000');
    await page.locator(`${BOOT} button`, { hasText: 'Stop' }).click();
    expect(await status(page).textContent()).toBe('Stopped. Shown: the run before.');
    expect(await figures(page)).toBe(before);
    await field.fill('500');
    await status(page).getByText('Shown: the run with these values.').waitFor();
    expect(await figures(page)).not.toBe(before);
  });

  test('that fails says so in its own frame, keeps its numbers, and leaves the rest alive', async ({
    open,
  }) => {
    const problems: string[] = [];
    const page = await open(DEBATE, {
      problems,
      // The first worker of the page cannot start; what comes after it can.
      before: `{
        const Original = Worker;
        let first = true;
        window.Worker = class extends Original {
          constructor(url, options) {
            super(first ? new URL('no-such-worker.js', location.origin) : url, options);
            first = false;
          }
        };
      }`,
    });
    const before = await figures(page);
    await page.locator(`${BOOT} input[type=text]`).first().fill('1000');
    await page.locator(`${BOOT} .fl-wrong[role=alert]`).waitFor();
    expect(await figures(page)).toBe(before);
    const other = '#experiment-private-memory-tracking';
    const otherBefore = await figures(page, other);
    await page.locator(`${other} input[type=text]`).first().fill('32');
    await status(page, other).getByText('Shown: the run with these values.').waitFor();
    expect(await figures(page, other)).not.toBe(otherBefore);
    // The same experiment gets over it as well.
    await page.locator(`${BOOT} input[type=text]`).first().fill('2000');
    await status(page).getByText('Shown: the run with these values.').waitFor();
    expect(await page.locator(`${BOOT} .fl-wrong[role=alert]`).count()).toBe(0);
  });

  test('gives a link that restores its values and its run, and nothing when it does not fit', async ({
    open,
  }) => {
    const page = await open(DEBATE, { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.locator(`${BOOT} input[type=text]`).first().fill('1234');
    await status(page).getByText('Shown: the run with these values.').waitFor();
    const made = await firstTable(page);
    await page.locator(`${BOOT} button`, { hasText: 'Share' }).click();
    await page.locator(`${BOOT} .fl-note`, { hasText: 'Link copied' }).waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link.length).toBeLessThan(2000);
    expect(link).toBe(page.url());

    const fragment = new URL(link).hash;
    const followed = await open(`${DEBATE}${fragment}`);
    await followed.locator(`${BOOT} .fl-note`, { hasText: 'came with a link' }).waitFor();
    expect(await status(followed).textContent()).toContain('Not run yet: press Run.');
    expect(await firstTable(followed)).not.toEqual(made);
    expect(followed.workers()).toEqual([]);
    await followed.locator(BOOT).getByRole('button', { name: 'Run', exact: true }).click();
    await status(followed).getByText('Shown: the run with these values.').waitFor();
    expect(await followed.locator(`${BOOT} input[type=text]`).first().inputValue()).toBe('1234');
    expect(await firstTable(followed)).toEqual(made);

    const { encodeLink } = await import('../src/playground/link/codec.ts');
    const values = { transactions: -5 };
    const bad = await encodeLink({ kind: 'experiment', id: 'private-memory/boot', values }, '0.1.0');
    const refused = await open(`${DEBATE}#s=${bad}`);
    await refused.locator(`${BOOT} .fl-note`, { hasText: 'The link does not fit' }).waitFor();
    expect(await status(refused).textContent()).toBe('Shown: the run with these defaults.');
  });

  test('reached by a link within the site shows the same default run', async ({ open }) => {
    const direct = await open(DEBATE);
    const expected = await figures(direct);
    const page = await open('glossary/');
    await page.locator('.theme-doc-sidebar-menu a[href$="/debates/private-memory/"]').click();
    await page.locator(`${BOOT} .fl-outcome svg`).first().waitFor({ state: 'attached' });
    expect(await figures(page)).toBe(expected);
  });
});

/** Values of each kind that are not the default: for every parameter one that a link may set. */
function otherValues(params: Params): AnyValues {
  return Object.fromEntries(
    Object.entries(params).map(([name, param]) => {
      if (param.kind === 'flag') return [name, !param.default];
      if (param.kind === 'choice') return [name, param.options[param.options.length - 1].value];
      // A third of the way up from the default: far enough to matter, near enough to run in a moment.
      const value = param.default + (Math.min(param.max, param.default * 2 + 3) - param.default) / 3;
      return [name, param.kind === 'int' ? Math.round(value) : Number(value.toFixed(2))];
    }),
  );
}

describe('a link gives the same rows, byte for byte, here and in the browser', () => {
  for (const experiment of experiments) {
    test(experiment.id, async ({ open }) => {
      const values = otherValues(experiment.params);
      const { encodeLink } = await import('../src/playground/link/codec.ts');
      const link = await encodeLink({ kind: 'experiment', id: experiment.id, values }, MODEL_VERSION);
      const [path] = shownOn(experiment.id);
      const page = await open(`${path}#s=${link}`, {
        before: `{
          const Original = Worker;
          window.rows = [];
          window.Worker = class extends Original {
            constructor(url, options) {
              super(url, options);
              this.addEventListener('message', ({ data }) => data.rows && window.rows.push(JSON.stringify(data.rows)));
            }
          };
        }`,
      });
      const panel = page.locator(`#${anchorOf(experiment.id)}`);
      await panel.locator('.fl-note', { hasText: 'came with a link' }).waitFor();
      await panel.getByRole('button', { name: 'Run', exact: true }).click();
      await status(page, `#${anchorOf(experiment.id)}`)
        .getByText('Shown: the run with these values.')
        .waitFor();
      const [rows] = await page.evaluate(() => (window as unknown as { rows: string[] }).rows);
      expect(rows).toBe(JSON.stringify(experiment.run(values)));
    });
  }
});
