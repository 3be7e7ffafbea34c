import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { brokenRules } from '../views/traceRules.ts';
import { lab } from './lab.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faultlines-trace-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function call(...args: string[]) {
  const out: string[] = [];
  const error: string[] = [];
  const code = await lab(args, { out: text => out.push(text), error: text => error.push(text) });
  return { code, out: out.join('\n'), error };
}

test('a run writes its trace beside its rows', async () => {
  const file = join(folder, 'trace.json');
  const { code, out, error } = await call(
    'run',
    'primer/sequence',
    '--delay',
    '1500',
    '--trace',
    file,
    '--json',
  );
  expect({ code, error }).toEqual({ code: 0, error: [] });
  expect(JSON.parse(out).params).toEqual({ delay: 1500 });
  const trace = JSON.parse(readFileSync(file, 'utf8'));
  expect(brokenRules(trace)).toEqual([]);
  expect(trace.otherData).toMatchObject({ experiment: 'primer/sequence', 'param.delay': '1500' });
  const lanes = trace.traceEvents.filter((event: { name: string }) => event.name === 'thread_name');
  expect(lanes.map((event: { args: { name: string } }) => event.args.name)).toEqual(['vCPU', 'VMM']);
});

test('one without a timeline, and a file that cannot be, are refused', async () => {
  const file = join(folder, 'none', 'trace.json');
  expect(await call('run', 'private-memory/boot', '--trace', file)).toEqual({
    code: 2,
    out: '',
    error: ['lab: private-memory/boot shows nothing over time, so it has no trace'],
  });
  const { code, error } = await call('run', 'primer/sequence', '--trace', file);
  expect(code).toBe(2);
  expect(error[0]).toContain('trace.json cannot be written');
});
