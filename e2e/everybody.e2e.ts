/** What axe does not see: where the focus goes, what is said and how often, and how it looks to those who need it otherwise. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { test } from './support/site.ts';

const BOOT = '#experiment-private-memory-boot';

/** Keeps every text that a live region inside an element comes to have. */
async function listen(panel: Locator): Promise<() => Promise<string[]>> {
  await panel.evaluate(element => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    const regions = '[role=status], [role=alert], [aria-live]';
    new MutationObserver(records => {
      const said = new Set(
        records.flatMap(({ target }) => {
          const near = target instanceof Element ? target : target.parentElement;
          return near?.closest(regions) ?? [];
        }),
      );
      for (const region of said) {
        const text = region.textContent?.trim();
        if (text) heard.push(text);
      }
    }).observe(element, { subtree: true, childList: true, characterData: true });
  });
  return () => panel.page().evaluate(() => (window as unknown as { heard: string[] }).heard);
}

const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.textContent?.trim() ?? document.activeElement?.tagName);

describe('the focus', () => {
  test('stays on what was pressed, goes into what was opened and back from what was closed', async ({
    open,
  }) => {
    const page = await open('debates/private-memory/');
    const panel = page.locator(BOOT);
    const button = (name: string) => panel.getByRole('button', { name, exact: true });
    const shown = () => panel.getByRole('status').first().textContent();

    await button('Run').press('Enter');
    await expect.poll(shown).toBe('Shown: the run with these values.');
    expect(await focused(page)).toBe('Run');
    await panel.locator('input[type=range]').first().press('ArrowRight');
    await button('Defaults').press('Enter');
    await expect.poll(() => button('Defaults').getAttribute('aria-disabled')).toBe('true');
    expect(await focused(page)).toBe('Defaults');

    for (const [opener, close] of [
      ['Compare', 'Close comparison'],
      ['Sweep', 'Close sweep'],
    ]) {
      await button(opener).press('Enter');
      const part = panel.locator('section.fl-compare');
      await part.waitFor();
      await expect.poll(() => part.evaluate(element => element === document.activeElement)).toBe(true);
      await page.keyboard.press('Tab');
      expect(await part.evaluate(element => element.contains(document.activeElement))).toBe(true);
      await button(close).press('Enter');
      await part.waitFor({ state: 'detached' });
      expect(await focused(page)).toBe(opener);
    }
  });

  test('of a list that names no values leads to what is wrong with it', async ({ open }) => {
    const page = await open('debates/private-memory/');
    const panel = page.locator(BOOT);
    await panel.getByRole('button', { name: 'Sweep', exact: true }).click();
    const list = panel.getByRole('textbox', { name: /^Values of/ });
    await list.fill('1, nonsense');
    await list.press('Enter');
    await panel.locator('.fl-compare [role=alert]').waitFor();
    expect(await list.getAttribute('aria-invalid')).toBe('true');
    const described = await list.evaluate(
      element => document.getElementById(element.getAttribute('aria-describedby') ?? '')?.textContent,
    );
    expect(described).toMatch(/^This sweep cannot be run: .*nonsense/);
  });
});

describe('what comes of a press is said once', () => {
  test('of a run', async ({ open }) => {
    const page = await open('debates/private-memory/');
    const heard = await listen(page.locator(BOOT));
    await page.locator(BOOT).getByRole('button', { name: 'Run', exact: true }).press('Enter');
    await expect.poll(heard).toContain('Shown: the run with these values.');
    const said = (await heard()).filter(text => text !== 'Running …');
    expect(said).toEqual(['Shown: the run with these values.']);
  });

  test('of a search, however long it counts', async ({ open }) => {
    const page = await open('debates/private-memory/');
    const panel = page.locator('.fl-race').first();
    const heard = await listen(panel);
    await panel.getByRole('button', { name: 'Explore', exact: true }).press('Enter');
    await expect.poll(async () => (await heard()).at(-1)).toMatch(/^Explored here/);
    expect((await heard()).filter(text => text !== 'Exploring …')).toHaveLength(1);
    expect(await focused(page)).toBe('Explore');
  });

  test('of a program', async ({ open }) => {
    const page = await open('lab/');
    const box = page.locator('.fl-pg');
    const heard = await listen(box);
    await box.getByRole('button', { name: 'Run', exact: true }).press('Enter');
    await expect.poll(async () => (await heard()).at(-1)).toMatch(/^Done in/);
    expect(await heard()).toHaveLength(1);
  });
});

test('who asks for less motion gets none', async ({ open }) => {
  const page = await open('', { reducedMotion: 'reduce' });
  const longest = await page.evaluate(() =>
    Math.max(
      ...[...document.querySelectorAll('*')].flatMap(element =>
        [undefined, '::before', '::after'].flatMap(part => {
          const { transitionDuration, animationDuration } = getComputedStyle(element, part);
          return `${transitionDuration}, ${animationDuration}`.split(', ').map(Number.parseFloat);
        }),
      ),
    ),
  );
  expect(longest).toBeLessThan(0.001);
});

test('where the system chooses the colours, what is chosen and what is off still show', async ({ open }) => {
  const page = await open('lab/', { forcedColors: 'active', colorScheme: 'dark' });
  const colours = (locator: Locator) =>
    locator.evaluate(element => {
      const { color, backgroundColor } = getComputedStyle(element);
      return { color, backgroundColor };
    });
  const button = (name: string) => page.locator('.fl-pg').getByRole('button', { name, exact: true });
  expect((await colours(button('Stop'))).color).not.toBe((await colours(button('Share'))).color);
  const outline = (name: string) =>
    page
      .getByRole('button', { name, exact: true })
      .evaluate(element => getComputedStyle(element).outlineStyle);
  expect(await outline('Your own')).toBe('solid');
  expect(await outline('A timeline')).toBe('none');
  await page.keyboard.press('/');
  await page.getByRole('combobox').fill('memslot');
  const options = page.getByRole('option');
  await options.nth(1).waitFor();
  expect((await colours(options.nth(0))).backgroundColor).not.toBe(
    (await colours(options.nth(1))).backgroundColor,
  );
});

test('the step that a race is at, and what it has changed, show there too', async ({ open }) => {
  const page = await open('debates/private-memory/', { forcedColors: 'active' });
  const race = page.locator('#race-private-memory-flip-vs-fault');
  await race.getByLabel('Protocol').selectOption('no-range');
  await race
    .getByRole('button', { name: /Step through/ })
    .first()
    .click();
  await race.getByRole('button', { name: 'End', exact: true }).click();
  const rows = race.locator('.fl-race-lanes tbody tr');
  const outline = (row: Locator) => row.evaluate(element => getComputedStyle(element).outlineStyle);
  await race.locator('.fl-race-lanes tr[aria-current=step]').waitFor();
  expect(await outline(rows.last())).toBe('solid');
  expect(await outline(rows.first())).toBe('none');
  const changed = race.locator('.fl-race-bench mark').first();
  expect(await changed.evaluate(element => getComputedStyle(element).borderBottomStyle)).toBe('solid');
});

test('single keys can be turned off, and keys are listed at the foot of every page', async ({ open }) => {
  const page = await open('glossary/');
  await page.getByRole('contentinfo').getByRole('button', { name: 'Keys' }).click();
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await keys.getByRole('checkbox', { name: 'Single keys work' }).uncheck();
  await keys.getByRole('button', { name: 'Close' }).click();
  await page.reload({ waitUntil: 'networkidle' });
  await page.keyboard.press('?');
  await page.keyboard.press('/');
  await page.keyboard.press('Control+K');
  await page.getByRole('dialog', { name: 'Search' }).waitFor();
  expect(await page.getByRole('dialog').count()).toBe(1);
  expect(await page.getByRole('combobox').inputValue()).toBe('');
});
