import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { PAGE, PlaygroundPage } from './playgroundPage.ts';
import { sites, test } from './support/site.ts';

const FITS = "import { show } from 'faultlines';\nshow.log('fits');";
const MISFITS = "import { Random, show } from 'faultlines';\n\nnew Random('seed');\nshow.tabel([]);";

/** Files of the checker: its worker, what that loads, and the declarations. */
const CHECKER = /type-checker|type-declarations/;

function types(playground: PlaygroundPage) {
  return playground.box.locator('.fl-pg-types');
}

async function edit(playground: PlaygroundPage): Promise<void> {
  await playground.button('Edit').click();
  await playground.page.locator('.cm-content').waitFor();
}

/** Where the cursor is, as `LINE:TEXT`. */
function cursorLine(page: Page): Promise<string> {
  return page.evaluate(() => {
    const line = getSelection()?.anchorNode?.parentElement?.closest('.cm-line');
    const lines = [...document.querySelectorAll('.cm-line')];
    return `${lines.indexOf(line as Element) + 1}:${line?.textContent}`;
  });
}

describe.each(Object.entries(sites))('types in the %s build', (_, site) => {
  test('are checked when the reader asks, and listed with lines to go to', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, MISFITS, { site });
    await playground.button('Check types').click();
    await expect.poll(() => playground.says()).toBe('2 type problems; they are listed below.');
    expect(await types(playground).locator('li').allInnerTexts()).toEqual([
      "Line 3: Argument of type 'string' is not assignable to parameter of type 'number'.",
      "Line 4: Property 'tabel' does not exist on type 'Show'. Did you mean 'table'?",
    ]);
    await types(playground).getByRole('button', { name: 'Line 4' }).click();
    await playground.page.locator('.cm-content').waitFor();
    await expect.poll(() => cursorLine(playground.page)).toBe('4:show.tabel([]);');
  });
});

describe('the checker', () => {
  test('is not fetched before that, neither by the page nor by Run', async ({ open }) => {
    const fetched: string[] = [];
    const playground = await PlaygroundPage.open(open, FITS);
    playground.page.on('request', request => fetched.push(request.url()));
    await playground.run();
    await edit(playground);
    expect(fetched.filter(url => CHECKER.test(url))).toEqual([]);
    await playground.button('Check types').click();
    await expect.poll(() => playground.says()).toBe('No type problems.');
    expect(fetched.filter(url => CHECKER.test(url)).length).toBeGreaterThanOrEqual(2);
  });

  test('knows the names that a run has, and says of others what the run would say', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, 'const now = new Date();\nconsole.log(now);');
    await playground.button('Check types').click();
    const line = types(playground).locator('li');
    await expect.poll(() => line.allInnerTexts()).toHaveLength(1);
    expect(await line.innerText()).toMatch(/^Line 1: 'Date' only refers to a type/);
    const instead = 'There is no clock here: time in a run is virtual and counted in ns.';
    expect(await line.innerText()).toContain(instead);
    expect(await playground.run()).toContain(instead);
  });

  test('comes by itself to who stays in the editor', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, FITS);
    await edit(playground);
    await types(playground).waitFor({ timeout: 120_000 });
    await expect.poll(() => types(playground).innerText()).toContain('nothing to object to');
    // Nobody asked, so nobody is told.
    expect(await playground.says()).toBe('');
  });

  test('that cannot be fetched says so, and programs run without it', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, FITS, { problems: [] });
    await playground.page.context().route(CHECKER, route => route.abort());
    await playground.button('Check types').click();
    await expect
      .poll(() => playground.says())
      .toBe('The type checker could not be loaded. Are you offline? Programs run without it.');
    expect(await playground.run()).toMatch(/^Done/);
    await playground.page.context().unroute(CHECKER);
    await playground.button('Check types').click();
    await expect.poll(() => playground.says()).toBe('No type problems.');
  });

  test('follows what is typed, and does not hold up Run', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, FITS);
    await playground.button('Check types').click();
    await expect.poll(() => playground.says()).toBe('No type problems.');
    await edit(playground);
    await playground.page.keyboard.press('ControlOrMeta+End');
    await playground.page.keyboard.type('\nconst x: number = "text";');
    await expect
      .poll(() => types(playground).locator('li').allInnerTexts())
      .toEqual(["Line 3: Type 'string' is not assignable to type 'number'."]);
    await playground.page.locator('.cm-lintRange-error').waitFor();
    // Types are erased, not enforced.
    await playground.page.keyboard.press('ControlOrMeta+Enter');
    expect(await playground.ending()).toMatch(/^Done/);
  });
});

describe('by keyboard alone', () => {
  async function ready(playground: PlaygroundPage): Promise<Page> {
    await playground.button('Check types').click();
    await expect.poll(() => playground.says()).not.toBe('');
    await edit(playground);
    await playground.page.keyboard.press('ControlOrMeta+End');
    return playground.page;
  }

  test('names are listed and taken, with their import', async ({ open }) => {
    const page = await ready(await PlaygroundPage.open(open, FITS));
    await page.keyboard.type('\nbuildMachin');
    await page.keyboard.press('Control+Space');
    const option = page.locator('.cm-tooltip-autocomplete li', { hasText: 'buildMachine' });
    await option.first().waitFor();
    // A list that has just come takes no keys yet, so that nobody takes from it what he did not see.
    await page.waitForTimeout(200);
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.locator('.cm-content').innerText())
      .toContain("import { buildMachine, show } from 'faultlines';");
    expect(await page.locator('.cm-line').last().innerText()).toBe('buildMachine');
  });

  test('F2 shows and speaks the docstring, Esc closes it, F8 goes to a problem', async ({ open }) => {
    const page = await ready(await PlaygroundPage.open(open, `${MISFITS}\nshow.log`));
    const box = page.locator('.fl-pg-explained');
    // The editor takes its words back as soon as they have been spoken.
    await page.locator('.cm-announced').evaluate(region => {
      const heard: string[] = [];
      Object.assign(window, { heard });
      const options = { childList: true, characterData: true, subtree: true };
      new MutationObserver(() => heard.push(region.textContent ?? '')).observe(region, options);
    });
    // The editor may not have met the checker yet: then the key does nothing.
    await expect
      .poll(async () => {
        if ((await box.count()) === 0) await page.keyboard.press('F2');
        return box.allInnerTexts();
      })
      .toEqual([expect.stringContaining('A line of text; objects are printed with their fields.')]);
    const heard = () => page.evaluate(() => (window as unknown as { heard: string[] }).heard.join('\n'));
    await expect.poll(heard).toContain('A line of text');
    await page.keyboard.press('Escape');
    await box.waitFor({ state: 'detached' });
    await page.keyboard.press('F8');
    expect(await cursorLine(page)).toBe("3:new Random('seed');");
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Run');
  });

  const looks = {
    light: { colorScheme: 'light' },
    dark: { colorScheme: 'dark' },
    phone: { colorScheme: 'light', viewport: { width: 390, height: 844 } },
  } as const;

  test.for(Object.entries(looks))('%s: axe objects to nothing of it', async ([, look], { open }) => {
    const page = await ready(await PlaygroundPage.open(open, MISFITS, look));
    await page.evaluate(axe.source);
    const objections = () =>
      page.evaluate(async () => {
        const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' | ')}`);
      });
    await page.keyboard.type('\nshow.');
    await page.locator('.cm-tooltip-autocomplete').waitFor();
    await page.locator('.cm-completionInfo').waitFor();
    expect(await objections()).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('F2');
    await page.locator('.fl-pg-explained').waitFor();
    expect(await objections()).toEqual([]);
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    ).toBe(0);
    expect(page.url()).toContain(PAGE);
  });
});
