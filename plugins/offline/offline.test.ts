import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isKept, manifestOf, workerOf } from './index.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'built-'));
  mkdirSync(join(folder, 'assets/js'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), 'front');
  writeFileSync(join(folder, 'llms.txt'), 'for machines');
  writeFileSync(join(folder, 'assets/js/main.1.js'), 'main');
  writeFileSync(join(folder, 'assets/js/typescript.2.js'), 'x'.repeat(1_600_000));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('what everybody keeps', () => {
  test('is every page and script, but for what machines read and what is too large', async () => {
    const { files, version } = await manifestOf(folder);
    expect(Object.keys(files)).toEqual(['assets/js/main.1.js', 'index.html']);
    expect(files['index.html']).toMatch(/^[0-9a-f]{64}$/);
    writeFileSync(join(folder, 'index.html'), 'front, changed');
    const changed = await manifestOf(folder);
    expect(changed.version).not.toBe(version);
    expect(changed.files['assets/js/main.1.js']).toBe(files['assets/js/main.1.js']);
  });

  test('a page is never too large', () => {
    expect(isKept('model/api/index.html', 9_000_000)).toBe(true);
    expect(isKept('sw.js', 10)).toBe(false);
  });

  test('a picture for those who show links is kept by nobody', () => {
    expect(isKept('assets/cards/front-0123abcd.png', 10)).toBe(false);
    expect(isKept('img/logo.svg', 10)).toBe(true);
  });

  test('stands in the service worker, which is one script without imports', async () => {
    const script = await workerOf({ version: 'abc', files: { 'index.html': 'f00d' } });
    expect(script).toContain('f00d');
    expect(script).not.toMatch(/\bimport\b|\bexport\b|\brequire\b/);
  });
});
