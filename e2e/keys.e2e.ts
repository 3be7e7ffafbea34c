import axe from 'axe-core';
import { expect } from 'vitest';
import { test } from './support/site.ts';

test('a question mark shows the keys, and none that is typed does', async ({ open }) => {
  const page = await open('debates/private-memory/');
  const field = page.locator('#experiment-private-memory-boot input[type=text]').first();
  await field.focus();
  await page.keyboard.press('?');
  const program = page.locator('.fl-pg').first();
  await program.getByRole('button', { name: 'Edit' }).click();
  await program.locator('.cm-content').focus();
  await page.keyboard.press('?');
  expect(await page.locator('dialog.fl-keys').count()).toBe(0);
  const compare = page.locator('#experiment-private-memory-boot').getByRole('button', { name: 'Compare' });
  await compare.focus();
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keys' });
  await dialog.waitFor();
  expect(await dialog.innerText()).toContain('Ctrl+Enter');
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  expect(violations.map(({ id }) => id)).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await compare.evaluate(element => element === document.activeElement)).toBe(true);
});
