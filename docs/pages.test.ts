import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const docs = fileURLToPath(new URL('.', import.meta.url));

test('no page shows an experiment or a race twice: their anchors would be the same', () => {
  const pages = readdirSync(docs, { recursive: true, encoding: 'utf8' }).filter(file =>
    file.endsWith('.mdx'),
  );
  expect(pages).toContain('index.mdx');
  const twice = pages.flatMap(page => {
    const ids = [...readFileSync(join(docs, page), 'utf8').matchAll(/<(?:Experiment|Race) id="([^"]+)"/g)];
    const seen = ids.map(([, id]) => id);
    return seen.filter((id, at) => seen.indexOf(id) < at).map(id => `${page}: ${id}`);
  });
  expect(twice).toEqual([]);
});
