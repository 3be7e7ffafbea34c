import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const oracle = fileURLToPath(new URL('../oracle.mjs', import.meta.url));

describe('npm run oracle', () => {
  it.each([
    [['--seed', '1', '--device', '/nosuch/kvm'], '/nosuch/kvm cannot be opened, so nothing can be recorded'],
    [[], '--seed must be a whole number, not left out'],
    [['--seed', '-1'], "Option '--seed' argument is ambiguous"],
    [['--seed', 'x'], '--seed must be a whole number, not x'],
    [['--seed', '1', '--flavour', 'sweet'], '--flavour is one of slots, memory'],
    [['--sead', '1'], "Unknown option '--sead'"],
  ])('ends %j with one line on stderr and exit code 2', (args, message) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [oracle, ...args], { encoding: 'utf8' });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd()).not.toContain('\n');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});
