import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { withoutNetwork } from './without-network.mjs';

const apart = withoutNetwork();

test.skipIf(!apart)('a program without a network has its arguments, and the loopback at most', () => {
  const [program, ...args] = apart ?? [];
  const script = 'console.log(JSON.stringify([process.argv[1], Object.keys(os.networkInterfaces())]))';
  const { status, stdout } = spawnSync(program, [...args, process.execPath, '-e', script, "it's"], {
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  const [argument, interfaces] = JSON.parse(stdout);
  expect(argument).toBe("it's");
  expect(interfaces.filter((name: string) => name !== 'lo')).toEqual([]);
});
