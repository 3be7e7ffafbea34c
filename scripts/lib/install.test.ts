import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { installComplaint } from './install.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'installed-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const a = { 'node_modules/a': { version: '1.0.0' } };
const wanted = {
  '': { version: '0.1.0' },
  ...a,
  'node_modules/mac-only': { version: '2.0.0', optional: true },
};

function write(lock: object, note?: object, present: readonly string[] = []) {
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: lock }));
  if (!note) return;
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages: note }));
  for (const path of present) {
    mkdirSync(join(folder, path), { recursive: true });
    writeFileSync(join(folder, path, 'package.json'), '{}');
  }
}

describe('what is installed against the lockfile', () => {
  test('fits, whether or not another platform has its package', () => {
    write(wanted, a, ['node_modules/a']);
    expect(installComplaint(folder)).toBeUndefined();
  });

  test('nothing installed', () => {
    write(wanted);
    expect(installComplaint(folder)).toBe('nothing is installed yet');
  });

  test('another version', () => {
    write(wanted, { 'node_modules/a': { version: '0.9.0' } }, ['node_modules/a']);
    expect(installComplaint(folder)).toBe('node_modules/a is 0.9.0, the lockfile asks for 1.0.0');
  });

  test('a package npm never installed, and one whose folder is gone', () => {
    write(wanted, {}, []);
    expect(installComplaint(folder)).toBe('node_modules/a is missing');
    rmSync(join(folder, 'node_modules'), { recursive: true });
    write(wanted, a, []);
    expect(installComplaint(folder)).toBe('node_modules/a is missing');
  });
});
