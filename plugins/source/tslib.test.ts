import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as helpers from './tslib.ts';

const packages = fileURLToPath(new URL('../../node_modules/@docusaurus/', import.meta.url));
const common = `${packages}utils-common/lib/`;

describe('what stands for tslib in pages', () => {
  it('has every helper that the only package to ask for one asks for', () => {
    const asked = readdirSync(common)
      .filter(name => name.endsWith('.js'))
      .flatMap(name => [...readFileSync(common + name, 'utf8').matchAll(/\btslib_1\.(\w+)/g)])
      .map(([, helper]) => helper);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter(helper => !(helper in helpers))).toEqual([]);
  });

  it('wraps what has no default, and nothing else', () => {
    const own = { __esModule: true, default: 1 };
    expect(helpers.__importDefault(own)).toBe(own);
    const plain = {};
    expect(helpers.__importDefault(plain)).toEqual({ default: plain });
  });
});
