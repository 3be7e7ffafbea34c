import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MODEL_VERSION } from './version.ts';

test('the model and package.json name the same version', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(MODEL_VERSION).toBe(manifest.version);
});

test('a citation names that version too', () => {
  const citation = readFileSync(new URL('../../CITATION.cff', import.meta.url), 'utf8');
  expect(/^version: (.*)$/m.exec(citation)?.[1]).toBe(MODEL_VERSION);
});
