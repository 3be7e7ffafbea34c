import axe from 'axe-core';
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { decodeLink } from '../src/playground/link/codec.ts';
import { type Opening, sites, test } from './support/site.ts';

const CLIPBOARD = ['clipboard-read', 'clipboard-write'];

/** Waits for the editor of a program, opened by the page itself, and gives the program's box. */
async function program(page: Page, name: string | RegExp) {
  const box = page.getByRole('region', { name });
  await box.locator('.cm-content, .fl-pg-static').first().waitFor();
  return box;
}

async function write(page: Page, name: string | RegExp, text: string): Promise<void> {
  const box = await program(page, name);
  await box.locator('.cm-content').waitFor();
  await box.locator('.cm-content').click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(text);
}

async function objections(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' | ')}`);
  });
}

const ownProgram = /^Program own\.playground/;

/** Presses a key until what has the focus is called so. */
async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if (await target.evaluate(element => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} never comes to ${target}`);
}

/** Takes the place of the 3 behind the cursor's line. */
async function changeNumber(page: Page): Promise<void> {
  for (const key of ['End', 'ArrowLeft', 'Backspace']) await page.keyboard.press(key);
  await page.keyboard.type('5');
}

/** How somebody who has never been here may go about it: into the lab, to a program of one's own, to its link. */
const hands: Readonly<
  Record<string, { readonly look: Opening; write(page: Page, own: Locator, way: Locator): Promise<void> }>
> = {
  'with a mouse': {
    look: {},
    async write(page, own, way) {
      await way.click();
      await own.locator('.cm-content').waitFor();
      await own.locator('.cm-line', { hasText: 'const GFN = ' }).click();
      await changeNumber(page);
      await own.getByRole('button', { name: 'Run', exact: true }).click();
    },
  },
  'on a phone': {
    look: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
    async write(page, own, way) {
      await way.tap();
      await own.getByRole('button', { name: 'Edit', exact: true }).tap();
      await own.locator('.cm-line', { hasText: 'const GFN = ' }).tap();
      await changeNumber(page);
      await own.getByRole('button', { name: 'Run', exact: true }).tap();
    },
  },
  'by keyboard alone': {
    look: {},
    async write(page, own, way) {
      await tabTo(page, way);
      await page.keyboard.press('Enter');
      await own.locator('.cm-content').waitFor();
      await tabTo(page, own.locator('.cm-content'));
      await page.keyboard.press('Control+Home');
      // The one number that the program invites to change.
      for (let line = 1; line < 6; line++) await page.keyboard.press('ArrowDown');
      await changeNumber(page);
      await page.keyboard.press('Control+Enter');
    },
  },
};

describe.each(Object.entries(sites))('the lab of the %s build', (name, site) => {
  test.for(Object.entries(hands).filter(([hand]) => name === 'root' || hand === 'with a mouse'))(
    'from the front page to an experiment of one’s own, sent on and opened by somebody else: %s',
    async ([hand, { look, write }], { open }) => {
      const page = await open('', { site, permissions: CLIPBOARD, ...look });
      const own = page.getByRole('region', { name: ownProgram });
      await write(
        page,
        own,
        page.locator('article').getByRole('link', { name: 'write a program of your own' }),
      );
      const done = { hasText: /^Done in \d+ ms: 1 table\.$/ };
      await own.getByRole('status').filter(done).waitFor();
      const output = await own.locator('.fl-pg-output').innerText();
      expect(output).toContain('Writes to gfn 5');
      const share = own.getByRole('button', { name: 'Share' });
      if (hand === 'by keyboard alone') {
        await page.keyboard.press('Escape');
        await tabTo(page, share, 'Shift+Tab');
        await page.keyboard.press('Enter');
      } else {
        await share.click();
      }
      await own
        .getByRole('status')
        .filter({ hasText: /^Link copied: \d+ characters/ })
        .waitFor();
      const link = await page.evaluate(() => navigator.clipboard.readText());
      expect(link.length).toBeLessThan(2000);

      const { pathname, hash } = new URL(link);
      const other = await open(pathname.slice(site.baseUrl.length) + hash, { site, ...look });
      const theirs = await program(other, ownProgram);
      await expect
        .poll(() => theirs.locator('.cm-content, .fl-pg-static').first().textContent())
        .toMatch(/const GFN = 5;/);
      expect(await theirs.innerText()).toContain('This program came with a link');
      expect(await theirs.innerText()).toContain('Not run yet');
      expect(await theirs.locator('.fl-pg-output').isVisible()).toBe(false);
      expect(await theirs.getByRole('status').textContent()).toBe('');
      expect(await other.locator('iframe').count()).toBe(0);
      await theirs.getByRole('button', { name: 'Run', exact: true }).click();
      await theirs.getByRole('status').filter(done).waitFor();
      expect(await theirs.locator('.fl-pg-output').innerText()).toBe(output);
    },
  );
});

describe('the lab', () => {
  test('keeps what was written, example by example, when the reader leaves and comes back', async ({
    open,
  }) => {
    const page = await open('lab/');
    await write(page, ownProgram, 'console.log("mine");');
    await page.getByRole('button', { name: 'A race to explore' }).click();
    const race = await program(page, /race\.playground/);
    expect(await race.locator('.cm-content').innerText()).toContain('LOCKED');
    expect(new URL(page.url()).search).toBe('?program=lab/race');
    await page.goBack();
    await expect
      .poll(async () => (await program(page, ownProgram)).locator('.cm-content').innerText())
      .toBe('console.log("mine");');
    await page.reload({ waitUntil: 'networkidle' });
    await expect
      .poll(async () => (await program(page, ownProgram)).locator('.cm-content').innerText())
      .toBe('console.log("mine");');
  });

  test('runs every example', async ({ open }) => {
    const page = await open('lab/');
    const choices = page.getByRole('group', { name: 'Start from' }).getByRole('button');
    const names = await choices.allInnerTexts();
    expect(names.length).toBeGreaterThan(8);
    for (const name of names.filter(other => other !== 'Two side by side')) {
      await choices.filter({ hasText: name }).click();
      await page.locator(`.fl-lab-choices [aria-pressed=true]`, { hasText: name }).waitFor();
      const box = page.locator('.fl-pg');
      await box.locator('.cm-content').waitFor();
      await box.getByRole('button', { name: 'Run', exact: true }).click();
      await box.getByRole('status').filter({ hasText: /^Done/ }).waitFor();
    }
  });

  test('takes a program from any page', async ({ open }) => {
    const page = await open('debates/private-memory/');
    const box = page.locator('.fl-pg').first();
    const source = (await box.locator('.fl-pg-static code').textContent()) ?? '';
    await box.getByRole('button', { name: 'Open in the lab' }).click();
    await page.locator('h1', { hasText: 'Lab' }).waitFor();
    const own = await program(page, ownProgram);
    await expect
      .poll(async () => source.includes(await own.locator('.cm-line').first().innerText()))
      .toBe(true);
  });

  test('has its output below the program on a phone, one press away', async ({ open }) => {
    const page = await open('lab/', { viewport: { width: 390, height: 844 } });
    const box = page.locator('.fl-pg');
    await box.getByRole('button', { name: 'Run', exact: true }).click();
    await box.getByRole('button', { name: 'Go to the output' }).click();
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('fl-pg-shown');
    await expect
      .poll(() =>
        box.locator('.fl-pg-output table').evaluate(table => {
          const { top, bottom } = table.getBoundingClientRect();
          return top >= 0 && bottom <= window.innerHeight;
        }),
      )
      .toBe(true);
  });

  test('says how far a long run is, and stops it', async ({ open }) => {
    const page = await open('lab/');
    await write(
      page,
      ownProgram,
      "import { show } from 'faultlines';\nshow.progress(0.25);\nshow.log('begun');\nfor (;;);",
    );
    const own = page.getByRole('region', { name: ownProgram });
    await own.getByRole('button', { name: 'Run', exact: true }).click();
    await own.locator('.fl-pg-running', { hasText: '25 %' }).waitFor();
    expect(await own.getByRole('progressbar', { name: 'Progress of the run' }).getAttribute('value')).toBe(
      '0.25',
    );
    await own.getByRole('button', { name: 'Stop' }).click();
    await own
      .getByRole('status')
      .filter({ hasText: /^Stopped\.$/ })
      .waitFor();
    expect(await own.locator('.fl-pg-output').innerText()).toContain('begun');
  });
});

describe('two programs side by side', () => {
  const table = (rows: string) =>
    `import { show } from 'faultlines';\nshow.table([${rows}], { title: 'T' });`;

  test('run with one press; what differs is marked on both sides, and said', async ({ open }) => {
    const page = await open('lab/?program=two', { permissions: CLIPBOARD });
    await write(page, 'Program left', table('{ n: 1, v: 5 }, { n: 2, v: 6 }'));
    await write(page, 'Program right', table('{ n: 1, v: 5 }, { n: 2, v: 7 }'));
    await page.getByRole('button', { name: 'Run both' }).click();
    await page.locator('.fl-lab-differences').waitFor();
    expect(await page.locator('.fl-lab-differences li').allInnerTexts()).toEqual([
      'Table ‘T’: 1 of 2 rows on the left and 1 of 2 on the right differ.',
    ]);
    expect(await page.locator('.fl-pg-differs').allInnerTexts()).toEqual(['6', '7']);
    expect(await page.locator('.fl-lab-both [role=status]').innerText()).toBe(
      '1 of 1 differ; the differences are marked and listed below.',
    );
    const tops = await page
      .locator('.fl-pg-output')
      .evaluateAll(places => places.map(place => Math.round(place.getBoundingClientRect().top)));
    expect(tops[0]).toBe(tops[1]);

    await page.getByRole('button', { name: 'Share both' }).click();
    await page.locator('.fl-lab-both [role=status]', { hasText: /^Link copied/ }).waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link.length).toBeLessThan(2000);
    const { hash } = new URL(link);
    expect(await decodeLink(hash.slice(3))).toMatchObject({ ok: true, state: { kind: 'pair' } });
    const other = await open(`lab/${hash}`);
    for (const [name, value] of [
      ['left', 'v: 6'],
      ['right', 'v: 7'],
    ]) {
      const side = await program(other, `Program ${name}`);
      await expect.poll(() => side.locator('.cm-content').innerText()).toContain(value);
      expect(await side.getByRole('status').textContent()).toBe('');
    }
    // To who made it, it stays his own.
    await page.reload({ waitUntil: 'networkidle' });
    const left = await program(page, 'Program left');
    await expect.poll(() => left.locator('.cm-content').innerText()).toContain('v: 6');
    expect(await left.innerText()).not.toContain('came with a link');
  });

  test('of ordinary size make a link that can be pasted anywhere', async ({ open }) => {
    const page = await open('lab/?program=two', { permissions: CLIPBOARD });
    await program(page, 'Program right');
    await page.getByRole('button', { name: 'Share both' }).click();
    await page.locator('.fl-lab-both [role=status]', { hasText: /^Link copied/ }).waitFor();
    expect((await page.evaluate(() => navigator.clipboard.readText())).length).toBeLessThan(2000);
  });

  const looks = {
    light: { colorScheme: 'light' },
    dark: { colorScheme: 'dark' },
    phone: { colorScheme: 'light', viewport: { width: 390, height: 844 } },
  } as const;

  test.for(Object.entries(looks))(
    '%s: axe objects to nothing, and nothing scrolls sideways',
    async ([, look], { open }) => {
      const page = await open('lab/?program=two', look);
      await program(page, 'Program right');
      await page.getByRole('button', { name: 'Run both' }).click();
      await page.locator('.fl-lab-differences').waitFor();
      expect(await objections(page)).toEqual([]);
      expect(
        await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        ),
      ).toBe(0);
    },
  );
});
