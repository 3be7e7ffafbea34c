import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { listOf, packageFolders, shippedFrom } from './licences.ts';

test('a module belongs to the innermost package of its path', () => {
  expect(
    packageFolders([
      '/p/node_modules/react/index.js',
      '/p/node_modules/react/jsx-runtime.js',
      '/p/node_modules/@lezer/common/dist/index.js',
      '/p/node_modules/a/node_modules/b/index.js',
      '/p/src/index.ts',
    ]),
  ).toEqual(['/p/node_modules/@lezer/common', '/p/node_modules/a/node_modules/b', '/p/node_modules/react']);
});

test('the list names each package once, with its licence in full', () => {
  const react = shippedFrom(fileURLToPath(new URL('../../node_modules/react', import.meta.url)));
  expect(react).toMatchObject({ name: 'react', licence: 'MIT' });
  const list = listOf([react]);
  expect(list).toContain(`react ${react.version}: MIT`);
  expect(list).toContain('Permission is hereby granted');
});
