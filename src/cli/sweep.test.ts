import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lab } from './lab.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faultlines-sweep-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function call(...args: string[]) {
  const out: string[] = [];
  const error: string[] = [];
  const code = await lab(args, { out: text => out.push(text), error: text => error.push(text) });
  return { code, out, error: error.join('\n') };
}

const SWEEP = ['sweep', 'private-memory/boot', '--transactions', '0,10,20', '--pages', '1,2'];
const at = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(at(name), 'utf8');

test('a sweep runs every combination, as the same run by itself does', async () => {
  expect(await call(...SWEEP, '--out', at('all.json'))).toEqual({ code: 0, out: [], error: '' });
  const { points, total, swept } = JSON.parse(read('all.json'));
  expect(total).toBe(6);
  expect(swept).toEqual({ transactions: [0, 10, 20], pages: [1, 2] });
  expect(points.map((point: { values: object }) => point.values)).toMatchObject([
    { transactions: 0, pages: 1 },
    { transactions: 0, pages: 2 },
    { transactions: 10, pages: 1 },
    { transactions: 10, pages: 2 },
    { transactions: 20, pages: 1 },
    { transactions: 20, pages: 2 },
  ]);
  const single = await call('run', 'private-memory/boot', '--transactions', '10', '--pages', '2', '--json');
  expect(points[3].rows).toEqual(JSON.parse(single.out[0]).rows);
  expect(existsSync(at('all.json.part'))).toBe(false);
});

test.each(['json', 'csv'])('shards merge to what one sweep writes, byte for byte: %s', async kind => {
  await call(...SWEEP, '--out', at(`all.${kind}`));
  for (const shard of ['1', '2', '3', '4']) {
    expect((await call(...SWEEP, '--shard', `${shard}/4`, '--out', at(`${shard}.${kind}`))).code).toBe(0);
  }
  const files = ['3', '1', '4', '2'].map(shard => at(`${shard}.${kind}`));
  expect((await call('merge', ...files, '--out', at(`merged.${kind}`))).error).toBe('');
  expect(read(`merged.${kind}`)).toBe(read(`all.${kind}`));
  const missing = await call('merge', ...files.slice(1), '--out', at(`less.${kind}`));
  expect(missing).toMatchObject({ code: 2, error: expect.stringContaining('a shard is missing') });
  const twice = await call('merge', ...files, files[0], '--out', at(`less.${kind}`));
  expect(twice).toMatchObject({ code: 2 });
  expect(existsSync(at(`less.${kind}`))).toBe(false);
});

test('an interrupted sweep keeps every finished row and does the rest', async () => {
  await call(...SWEEP, '--out', at('whole.json'));
  const { points, ...head } = JSON.parse(read('whole.json'));
  // A finished point told by a mark of its own, and one that was cut off in writing.
  const marked = { ...points[1], rows: [{ kept: true }] };
  writeFileSync(
    at('all.json.part'),
    `${JSON.stringify({ ...head, shard: '1/1' })}\n${JSON.stringify(marked)}\n{"point":2,"va`,
  );
  expect((await call(...SWEEP, '--out', at('all.json'))).error).toBe('');
  const resumed = JSON.parse(read('all.json'));
  expect(resumed.points[1].rows).toEqual([{ kept: true }]);
  expect(resumed.points.toSpliced(1, 1)).toEqual(points.toSpliced(1, 1));
});

test('what a shard left behind is not taken for another shard’s', async () => {
  await call(...SWEEP, '--shard', '1/2', '--out', at('one.json'));
  const { points, ...head } = JSON.parse(read('one.json'));
  const journal = [{ ...head, shard: '1/2' }, points[0]].map(line => `${JSON.stringify(line)}\n`).join('');
  writeFileSync(at('two.json.part'), journal);
  const second = await call(...SWEEP, '--shard', '2/2', '--out', at('two.json'));
  expect(second).toMatchObject({ code: 2, error: expect.stringContaining('of another sweep or shard') });
  expect(read('two.json.part')).toBe(journal);
});

test('a shard that no point falls to changes nothing', async () => {
  const few = ['sweep', 'private-memory/boot', '--pages', '1,2'];
  await call(...few, '--out', at('all.csv'));
  for (const shard of ['1', '2', '3']) {
    expect((await call(...few, '--shard', `${shard}/3`, '--out', at(`${shard}.csv`))).code).toBe(0);
  }
  const files = ['3', '1', '2'].map(shard => at(`${shard}.csv`));
  expect((await call('merge', ...files, '--out', at('merged.csv'))).error).toBe('');
  expect(read('merged.csv')).toBe(read('all.csv'));
  expect(await call('merge', ...files, '--out', files[1])).toMatchObject({
    code: 2,
    error: expect.stringContaining('is there already'),
  });
});

describe('what is wrong is said in one line, and nothing is written', () => {
  test.each([
    [['sweep', 'private-memory/boot', '--out', 'x.json'], 'list values of a parameter, like --transactions'],
    [[...SWEEP], '--out FILE'],
    [[...SWEEP, '--out', 'x.txt'], '.csv or .json'],
    [[...SWEEP, '--out', 'x.csv', '--shard', '5/4'], '--shard is i/n with i from 1 to n'],
    [[...SWEEP, '--out', 'x.csv', '--shard', '0/4'], '--shard is i/n'],
    [[...SWEEP, '--colour', 'red', '--out', 'x.csv'], 'has no parameter --colour'],
    [
      ['sweep', 'private-memory/boot', '--pages', '1,99', '--out', 'x.csv'],
      '--pages is a whole number from 1 to 16',
    ],
    [['sweep', 'private-memory/boot', '--pages', '1,1', '--out', 'x.csv'], 'lists a value twice'],
    [['merge', '--out', 'x.csv'], 'name the files'],
    [['merge', 'a.json', '--out', 'x.json'], 'a.json cannot be read'],
  ])('%j', async (args, says) => {
    const { code, out, error } = await call(...(args as string[]));
    expect({ code, out }).toEqual({ code: 2, out: [] });
    expect(error).toContain(says);
    expect(error).not.toContain('\n');
    expect(existsSync('x.csv') || existsSync('x.json')).toBe(false);
  });

  test('a journal that is damaged in its middle is left alone', async () => {
    await call(...SWEEP, '--out', at('whole.json'));
    const { points: _, ...head } = JSON.parse(read('whole.json'));
    const journal = `${JSON.stringify({ ...head, shard: '1/1' })}\n{"poi\n{}\n`;
    writeFileSync(at('all.json.part'), journal);
    expect((await call(...SWEEP, '--out', at('all.json'))).error).toContain('is damaged in line 2');
    expect(read('all.json.part')).toBe(journal);
  });

  test('a journal of another sweep is left alone', async () => {
    writeFileSync(at('all.json.part'), '{"experiment":"other"}\n');
    expect((await call(...SWEEP, '--out', at('all.json'))).error).toContain('is of another sweep');
    expect(read('all.json.part')).toBe('{"experiment":"other"}\n');
  });
});
