import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { execute } from '../../plugins/playgrounds/execute.ts';

/** The programs that stand in a guide with their types. */
function blocks(guide: string): string[] {
  const text = readFileSync(new URL(`${guide}.mdx`, import.meta.url), 'utf8');
  return [...text.matchAll(/^```ts typed\n([\s\S]*?)^```/gm)].map(([, code]) => code);
}

test('the programs of the first guide run and say what the text says of them', async () => {
  const [time, machine] = blocks('first-experiment');
  expect((await execute(time)).shown).toMatchObject([{ text: 'A microsecond later it is 1000' }]);
  const { shown, failure } = await execute(machine);
  expect(failure).toBeUndefined();
  const took = shown.map(item => Number(/took (\d+) ns/.exec(JSON.stringify(item))?.[1]));
  expect(took).toHaveLength(2);
  expect(took[0]).toBeGreaterThan(took[1]);
});

test('the message of the guide to races needs its acquire', async () => {
  const [code] = blocks('races');
  expect((await execute(code)).shown).toMatchObject([{ text: 'true' }]);
  expect(code).toContain("load('acquire')");
  expect((await execute(code.replace("'acquire'", ''))).shown).toMatchObject([{ text: 'false' }]);
});
