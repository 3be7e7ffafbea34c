import { describe, expect } from 'vitest';
import { test } from './support/site.ts';

const PAGE = 'debates/private-memory/';

describe('a word of the glossary', () => {
  test('is explained while it is pointed at or has the focus, and Esc ends that', async ({ open }) => {
    const page = await open(PAGE);
    const term = page.locator('a.fl-term').first();
    const meaning = page.getByRole('tooltip');
    expect(await meaning.count()).toBe(0);
    await term.hover();
    await meaning.waitFor();
    const text = await meaning.textContent();
    expect(text?.length).toBeGreaterThan(20);
    // The pointer may go there: it stays.
    await meaning.hover();
    expect(await meaning.count()).toBe(1);
    await page.keyboard.press('Escape');
    await meaning.waitFor({ state: 'detached' });
    await page.mouse.move(0, 0);
    await term.hover();
    await meaning.waitFor();
    await page.mouse.move(0, 0);
    await meaning.waitFor({ state: 'detached' });
    await term.focus();
    await meaning.waitFor();
    expect(await term.getAttribute('aria-describedby')).toBe(await meaning.getAttribute('id'));
    await page.keyboard.press('Escape');
    await meaning.waitFor({ state: 'detached' });
    expect(await term.evaluate(element => document.activeElement === element)).toBe(true);
  });

  test('is explained inside the window of a phone', async ({ open }) => {
    const page = await open(PAGE, { viewport: { width: 390, height: 844 } });
    const terms = page.locator('a.fl-term');
    const count = await terms.count();
    expect(count).toBeGreaterThan(2);
    for (let i = 0; i < count; i++) {
      await terms.nth(i).focus();
      const { left, right } = await page.getByRole('tooltip').evaluate(element => {
        const { left, right } = element.getBoundingClientRect();
        return { left, right };
      });
      expect(left).toBeGreaterThanOrEqual(0);
      expect(right).toBeLessThanOrEqual(390);
    }
  });
});
