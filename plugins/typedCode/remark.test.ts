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
