import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { docs, idBeside, idOf, programFiles } from './files.ts';
import { programOf } from './program.ts';
import { remarkPlaygrounds } from './remark.ts';

test('every program of the site has its test beside it', () => {
  expect(programFiles().length).toBeGreaterThan(0);
  for (const path of programFiles())
    expect(existsSync(join(docs, `${idOf(path)}.playground.test.ts`)), path).toBe(true);
});

test.each(programFiles())('%s runs, shows something, and fits into the width of a page', async path => {
  const program = await programOf(path);
  expect(program.recorded.words).not.toBe('nothing was shown');
  expect(program.recorded.html).not.toContain('could not be drawn');
  expect(Math.max(...program.source.split('\n').map(line => line.length))).toBeLessThanOrEqual(84);
});

/** A page with one playground. */
function page(...attributes: { type: string; name: string; value: unknown }[]) {
  const playground = {
    type: 'mdxJsxFlowElement',
    name: 'Playground',
    attributes,
    position: { start: { line: 7 } },
  };
  return {
    playground,
    tree: { type: 'root', children: [{ type: 'paragraph', children: [playground] }] as unknown[] },
  };
}

const first = programFiles()[0];
const beside = { path: join(docs, first, '../index.mdx') };
const name = idOf(first).slice(idOf(first).lastIndexOf('/') + 1);

test('a page that names a file gets its program', () => {
  const { tree, playground } = page({ type: 'mdxJsxAttribute', name: 'file', value: name });
  remarkPlaygrounds()(tree as never, beside);
  expect(tree.children).toHaveLength(3);
  expect(JSON.stringify(tree.children[1])).toContain(
    `@generated/playgrounds/default/${idOf(first).replaceAll('/', '--')}.json`,
  );
  expect(playground.attributes).toMatchObject([{ name: 'program', value: { value: 'program0' } }]);
  expect(idBeside(beside.path, name)).toBe(idOf(first));
});

test.each([[[]], [[{ type: 'mdxJsxAttribute', name: 'file', value: 'missing' }]]])(
  'a page that names none is told where',
  attributes => {
    expect(() => remarkPlaygrounds()(page(...attributes).tree as never, beside)).toThrow(
      /index\.mdx:7: <Playground file="NAME" \/>/,
    );
  },
);

test('a page without a playground stays as it is', () => {
  const tree = { type: 'root', children: [{ type: 'paragraph' }] };
  remarkPlaygrounds()(tree, beside);
  expect(tree).toEqual({ type: 'root', children: [{ type: 'paragraph' }] });
});
