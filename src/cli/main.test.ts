import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

test('nobody reads on: it ends as other programs do, and says nothing', () => {
  // What reads is gone before the first line is written.
  const { stdout, stderr } = spawnSync(
    'sh',
    ['-c', '{ "$0" scripts/lab.mjs list; echo "code $?" >&3; } 3>&2 | true', process.execPath],
    { encoding: 'utf8' },
  );
  expect({ stdout, stderr }).toEqual({ stdout: '', stderr: 'code 141\n' });
});

/** A command on a terminal of its own, with its standard output elsewhere; what the terminal was sent. */
function onTerminal(command: string, folder: string): string {
  const log = join(folder, 'terminal');
  const inner = `"${process.execPath}" scripts/lab.mjs ${command} > ${join(folder, 'out')}`;
  const { status } = spawnSync('script', ['-q', '-e', '-c', inner, log], { stdio: 'ignore' });
  expect(status).toBe(0);
  return readFileSync(log, 'utf8')
    .replace(/^Script started.*\r?\n/, '')
    .replace(/\nScript done.*\n?$/, '');
}

const hasTerminals = spawnSync('script', ['-q', '-e', '-c', 'true', '/dev/null']).status === 0;

describe.each([
  [
    'sweep',
    '--pages 1,2 --transactions 0,10 --out FOLDER/points.csv private-memory/boot',
    '3 of 4 points, about ',
  ],
  ['explore', 'private-memory/flip-vs-fault --design merged', ' transitions so far'],
  ['conformance', 'src/model/conformance/recordings/open-memslots.json.gz', 'recording 1 of 1, case 2 of '],
])('lab %s', (command, args, progress) => {
  let folder = '';
  let line = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'faultlines-main-'));
    line = `${command} ${args.replace('FOLDER', folder)}`;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('says nothing on stderr where that is no terminal', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/lab.mjs', ...line.split(' ')], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test.skipIf(!hasTerminals)('says how far it is where stderr is one, and clears the line in the end', () => {
    const shown = onTerminal(line, folder);
    // Each line of progress takes the place of the one before it.
    const [before, ...states] = shown.split('\r\u001b[K');
    expect(before).toBe('');
    expect(states.at(-1)).toBe('');
    expect(states.length).toBeGreaterThan(2);
    expect(states.some(state => state.includes(progress))).toBe(true);
    expect(shown).not.toContain('\n');
    // What the command prints goes where it was sent.
    expect(readFileSync(join(folder, 'out'), 'utf8')).not.toContain('\u001b');
  });
});
