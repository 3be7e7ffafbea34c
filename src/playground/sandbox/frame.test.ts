import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { BOOT, BOOT_HASH, DOCUMENT, FRAME_POLICY, SANDBOX, SITE_POLICY_NEEDS } from './frame.ts';

test('the policy admits the boot script as it is, by its hash', () => {
  const hash = createHash('sha256').update(BOOT).digest('base64');
  expect(BOOT_HASH).toBe(`'sha256-${hash}'`);
  expect(SITE_POLICY_NEEDS['script-src']).toEqual([BOOT_HASH]);
});

test('the policy stands before the script, and allows nothing by default', () => {
  expect(DOCUMENT.indexOf('Content-Security-Policy')).toBeLessThan(DOCUMENT.indexOf('<script'));
  expect(FRAME_POLICY.split('; ')[0]).toBe("default-src 'none'");
  expect(FRAME_POLICY).not.toMatch(/unsafe|\*|https?:|data:/);
});

test('the frame may run scripts and nothing else', () => {
  expect(SANDBOX).toBe('allow-scripts');
});

test('the boot script is short enough to be read', () => {
  expect(BOOT.trim().split('\n').length).toBeLessThanOrEqual(50);
});

test('no source names the token that would give the frame the origin of the site', () => {
  // Put together here, so that this file does not hold it either.
  const token = ['allow', 'same', 'origin'].join('-');
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  expect(files.length).toBeGreaterThan(50);
  const found = files
    .map(file => join(file.parentPath, file.name))
    .filter(path => readFileSync(path, 'utf8').includes(token));
  expect(found).toEqual([]);
});
