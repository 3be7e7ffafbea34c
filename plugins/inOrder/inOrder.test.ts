import type { LoadContext, Plugin } from '@docusaurus/types';
import { expect, test } from 'vitest';
import { inOrder } from './index.ts';

test('what plugins do after the build they do one after the other', async () => {
  const log: string[] = [];
  const plugin = (name: string, ms: number) => (): Plugin => ({
    name,
    async postBuild() {
      log.push(`${name} begins`);
      await new Promise(resolve => setTimeout(resolve, ms));
      log.push(`${name} ends`);
    },
  });
  const made = inOrder(plugin('slow', 20), plugin('quick', 0), () => ({ name: 'idle' })).map(make =>
    make({} as LoadContext),
  );
  expect(made.map(({ name }) => name)).toEqual(['slow', 'quick', 'idle']);
  await Promise.all([...made].reverse().map(one => one.postBuild?.({} as never)));
  expect(log).toEqual(['slow begins', 'slow ends', 'quick begins', 'quick ends']);
});
