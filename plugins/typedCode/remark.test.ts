import { compile } from '@mdx-js/mdx';
import { expect, test } from 'vitest';
import { remarkTypedCode } from './remark.ts';

const compiled = (text: string) =>
  compile({ path: 'page.mdx', value: text }, { remarkPlugins: [remarkTypedCode] }).then(String);

test('a typed block becomes code with types, other blocks stay as they are', async () => {
  const page = await compiled('Text.\n\n```ts typed\nconst gfn = 3;\n```\n\n```ts\nconst pfn = 4;\n```\n');
  expect(page).toContain('src/components/TypedCode/index.tsx');
  expect(page).toContain('const gfn: 3');
  expect(page).not.toContain('const pfn: 4');
});

test('a block that does not fit the model fails the build, with its page and line', async () => {
  const page = "Text.\n\n```ts typed\nimport { Engine } from 'faultlines';\nnew Engine().nothing();\n```\n";
  await expect(compiled(page)).rejects.toThrow(
    /page\.mdx:3: [\s\S]*'nothing' does not exist on type 'Engine'/,
  );
});

test.each([
  ['setTimeout(() => {}, 1);', "Cannot find name 'setTimeout'"],
  ['console.log(Date.now());', "'Date' only refers to a type"],
  ['document.title;', "Cannot find name 'document'"],
  ['Math.random();', "Property 'random' does not exist on type 'Math'"],
])('a block that uses what a run has not fails the build: %s', async (code, message) => {
  await expect(compiled(`Text.\n\n\`\`\`ts typed\n${code}\n\`\`\`\n`)).rejects.toThrow(message);
});

test('a block may use the console, as a run may', async () => {
  const page = await compiled('```ts typed\nconsole.log([1, 2].at(-1));\n```\n');
  expect(page).toContain('A line of text.');
});
