import { spawnSync } from 'node:child_process';

/**
 * What to put before a program and its arguments so that it has no network but itself: a network namespace of its own,
 * with nothing in it but the loopback.
 *
 * @returns {string[] | undefined} undefined where the system does not allow it: not Linux, no unshare(1), or namespaces
 *   are not for everybody
 */
export function withoutNetwork() {
  const asRoot = process.getuid?.() === 0;
  const apart = ['unshare', asRoot ? '--net' : '--map-root-user', ...(asRoot ? [] : ['--net'])];
  const [program, ...args] = apart;
  if (spawnSync(program, [...args, 'true'], { stdio: 'ignore' }).status !== 0) return undefined;
  return [
    ...apart,
    'sh',
    '-c',
    '(ip link set lo up || ifconfig lo up) >/dev/null 2>&1; exec "$@"',
    'without-network',
  ];
}
