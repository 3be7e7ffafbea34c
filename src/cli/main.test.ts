import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('nobody reads on: it ends as other programs do, and says nothing', () => {
  // What reads is gone before the first line is written.
  const { stdout, stderr } = spawnSync(
    'sh',
    ['-c', '{ "$0" scripts/lab.mjs list; echo "code $?" >&3; } 3>&2 | true', process.execPath],
    { encoding: 'utf8' },
  );
  expect({ stdout, stderr }).toEqual({ stdout: '', stderr: 'code 141\n' });
});
