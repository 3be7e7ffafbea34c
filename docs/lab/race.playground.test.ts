import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { execute } from '../../plugins/playgrounds/execute.ts';

test('a race: an update is lost, and with the lock none is', async () => {
  const source = await readFile(new URL('race.playground.ts', import.meta.url), 'utf8');
  const first = async (text: string) => {
    const { shown, failure } = await execute(text);
    expect(failure).toBeUndefined();
    return shown[0].kind === 'log' ? shown[0].text : '';
  };
  expect(await first(source)).toMatch(/^nothing is lost: the counter is 1 /);
  expect(await first(source.replace('LOCKED = false', 'LOCKED = true'))).toMatch(
    /^nothing is lost: holds in every order /,
  );
});
