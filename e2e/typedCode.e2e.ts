import axe from 'axe-core';
import { expect } from 'vitest';
import { test } from './support/site.ts';

test('a program in the text shows the types of its names, under the pointer and by the arrow keys', async ({
  open,
}) => {
  const page = await open('guides/first-experiment/');
  const code = page.locator('.fl-typed').first();
  const type = code.locator('.fl-type');
  const names = code.locator('[data-name]');
  expect(await names.count()).toBeGreaterThan(5);
  const engine = names.filter({ hasText: /^Engine$/ }).first();
  await engine.hover();
  await type.waitFor();
  expect(await type.textContent()).toContain('Engine');
  await page.keyboard.press('Escape');
  await type.waitFor({ state: 'detached' });
  await page.mouse.move(0, 0);

  await code.locator('pre').focus();
  await page.keyboard.press('ArrowRight');
  await type.waitFor();
  expect(await code.locator('.fl-chosen').textContent()).toBe(await names.first().textContent());
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => code.locator('.fl-chosen').textContent()).toBe(await names.nth(1).textContent());
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run('.fl-typed', { resultTypes: ['violations'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' | ')}`);
  });
  expect(found).toEqual([]);
  await page.keyboard.press('Escape');
  await type.waitFor({ state: 'detached' });
  expect(await code.locator('pre').evaluate(element => element === document.activeElement)).toBe(true);
});
