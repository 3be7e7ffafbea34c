import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { complaint } from '../model/experiments/params.ts';
import { experiments, races } from '../model/index.ts';
import { readValues, UsageError } from './arguments.ts';
import { lab } from './lab.ts';

const scratch = mkdtempSync(join(tmpdir(), 'lab-fuzz-'));
afterAll(() => rmSync(scratch, { recursive: true }));

async function call(args: readonly string[]) {
  const out: string[] = [];
  const error: string[] = [];
  const output = { out: (text: string) => out.push(text), error: (text: string) => error.push(text) };
  return { code: await lab(args, output), out, error };
}

/** A refused call: exit code 2, nothing on stdout, and one line on stderr. */
function expectRefused({ code, out, error }: Awaited<ReturnType<typeof call>>): void {
  expect({ code, out }).toEqual({ code: 2, out: [] });
  expect(error).toEqual([expect.stringMatching(/^lab: \P{Cc}+$/u)]);
}

const text = fc.string({ unit: 'binary', maxLength: 12 });
const word = fc.oneof(
  { weight: 3, arbitrary: text },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...['list', 'run', 'explore', 'conformance', 'sweep', 'merge', 'help', '__proto__', 'constructor'],
      ...[
        '--json',
        '--json=1',
        '--',
        '---',
        '--=',
        '-',
        '--out',
        '--shard',
        '--design',
        '--bound',
        '0',
        '-1',
      ],
      ...['1/2', '0/0', '1e3', 'NaN', '', ' ', '\n', '\u001b[31m', '/nosuch/x', '/nosuch/x.json', '/', '.'],
      ...experiments.slice(0, 3).map(({ id }) => id),
      ...races.slice(0, 2).map(({ id }) => id),
    ),
  },
);

/** An option that no command has. */
const unknown = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }).map(name => `--no-such-${name}`);

describe('a command line', () => {
  it('that no command understands is refused with one line', async () => {
    const command = fc.oneof(
      word,
      fc.constantFrom('list', 'run', 'explore', 'conformance', 'sweep', 'merge'),
    );
    await fc.assert(
      fc.asyncProperty(command, fc.array(word, { maxLength: 5 }), unknown, async (name, args, option) => {
        expectRefused(await call([name, ...args, option, '1']));
      }),
    );
  });

  it('naming files that are none of ours is refused with one line', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.json().map(json => new TextEncoder().encode(json)),
      fc
        .constantFrom('{"meta":', '\r\n', 'point,\r\nx,1', '\u001f\u008b')
        .map(s => new TextEncoder().encode(s)),
      fc.constant(Uint8Array.of(0x1f, 0x8b, 8, 0, 0)),
    );
    const ending = fc.constantFrom('.json', '.csv', '.json.gz', '');
    await fc.assert(
      fc.asyncProperty(bytes, ending, fc.boolean(), async (content, end, crossed) => {
        const file = join(scratch, `input${end}`);
        writeFileSync(file, content);
        expectRefused(await call(['conformance', file]));
        const out = join(scratch, crossed ? 'merged.csv' : 'merged.json');
        expectRefused(await call(['merge', file, '--out', out]));
        rmSync(file);
      }),
    );
    expect(readdirSync(scratch)).toEqual([]);
  });

  it('with any value for a parameter gives one that fits it, or says what would', () => {
    const parameters = experiments.flatMap(({ id, params }) =>
      Object.keys(params).map(name => ({ id, params, name })),
    );
    const value = fc.oneof(
      text,
      fc.integer().map(String),
      fc.double().map(String),
      fc.constantFrom('true', 'false', '0x10', '1e400', '-0', ' 1', '1,2', 'Infinity'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...parameters), value, ({ id, params, name }, given) => {
        let values: ReturnType<typeof readValues>;
        try {
          values = readValues(id, params, new Map([[name, given]]));
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          expect((error as UsageError).message).toContain(name);
          return;
        }
        expect(complaint(name, params[name], values[name])).toBeUndefined();
      }),
    );
  });
});
