import { expect, test } from 'vitest';
import { shownBy } from '../../plugins/playgrounds/execute.ts';

test('a program of one’s own: every first write costs something', async () => {
  const shown = await shownBy(new URL('own.playground.ts', import.meta.url));
  expect(shown).toHaveLength(8);
  for (const item of shown)
    expect(item).toMatchObject({ text: expect.stringMatching(/^gfn \d: [1-9]\d* ns$/) });
});
