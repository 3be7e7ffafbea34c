import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { profileOf } from './profileOf.ts';
import { type RecordedCase, type Recording, readRecording } from './recording.ts';
import { replayCase } from './replayCase.ts';

const folder = new URL('./recordings/', import.meta.url);
const open: Recording[] = readdirSync(folder)
  .filter(name => name.startsWith('open-'))
  .map(name => readRecording(JSON.parse(gunzipSync(readFileSync(new URL(name, folder))).toString('utf8'))));
const cases = open.flatMap(({ cases }) => cases);
const [{ meta }] = open;
const machine = profileOf(meta);

/** Values that stand where a recording has another. */
const oddValue = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, false, 0, -1, 1, 0.5, 4095, 4097, 2 ** 31, 2 ** 32, 2 ** 47, 2 ** 53, 2 ** 62, 1e300],
    ...[
      '',
      '0x',
      '0xffffffffffffffff',
      '-0x1000',
      'anon0',
      'anon0+0x1',
      'anon0+',
      'vm0',
      'cpu0',
      '__proto__',
    ],
    ...[[], {}, [0], { op: 'vm.create' }, 'x'.repeat(5000)],
  ),
  fc.integer({ min: 0, max: 64 }).map(page => page * 4096),
  fc.jsonValue(),
);

/** Where in a value something is changed: its keys are chosen by these numbers, one a level. */
const path = fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 6 });

type Json = unknown;

/** The same value with another one at a place within it; `remove` takes the place out. */
function changed(value: Json, [choice, ...rest]: readonly number[], to: Json, remove: boolean): Json {
  if (typeof value !== 'object' || value === null || choice === undefined) return to;
  const keys = Object.keys(value);
  if (keys.length === 0) return to;
  const key = keys[choice % keys.length];
  const inner = (value as Record<string, Json>)[key];
  const last = rest.length === 0 || typeof inner !== 'object' || inner === null;
  if (Array.isArray(value)) {
    const at = Number(key);
    if (last && remove) return value.toSpliced(at, 1);
    return value.with(at, last ? to : changed(inner, rest, to, remove));
  }
  const { [key]: _, ...others } = value as Record<string, Json>;
  if (last && remove) return others;
  return { ...others, [key]: last ? to : changed(inner, rest, to, remove) };
}

const damage = fc.array(fc.record({ path, to: oddValue, remove: fc.boolean() }), {
  minLength: 1,
  maxLength: 4,
});

function damaged(value: Json, changes: readonly { path: number[]; to: Json; remove: boolean }[]): Json {
  return changes.reduce((value: Json, { path, to, remove }) => changed(value, path, to, remove), value);
}

/** Reads a recording: what it is, or the one line that says what is wrong with it. */
function read(value: Json): Recording | string {
  try {
    return readRecording(value);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as TypeError).message;
  }
}

describe('the reader of recordings', () => {
  it('takes or refuses whatever JSON there is, and says why', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.anything()), value => {
        expect(read(value)).toEqual(expect.stringMatching(/must|is a JSON object/));
      }),
    );
  });

  it('takes or refuses a recording that was damaged anywhere', () => {
    const small = fc.constantFrom(...cases.filter(({ ops }) => ops.length < 12));
    fc.assert(
      fc.property(small, damage, (recorded, changes) => {
        const result = read(damaged({ meta, cases: [recorded] }, changes));
        if (typeof result === 'string') {
          expect(result).toMatch(/must|is a JSON object|more than 8 deep/);
          return;
        }
        for (const { name, family, ops } of result.cases) {
          expect([typeof name, typeof family]).toEqual(['string', 'string']);
          for (const op of ops) expect(typeof op.op).toBe('string');
        }
      }),
    );
  });

  it('refuses operations that lie in one another without end', () => {
    const depth = fc.integer({ min: 9, max: 2000 });
    fc.assert(
      fc.property(depth, fc.boolean(), (levels, listed) => {
        let op: Json = { op: 'vm.create' };
        for (let i = 0; i < levels; i++)
          op = listed ? { op: 'host.forkRun', ops: [op] } : { op: 'x', do: op };
        const result = read({ meta, cases: [{ name: 'deep', family: 'A', ops: [op] }] });
        expect(result).toContain('more than 8 deep');
      }),
    );
  });
});

describe('the replay of a damaged recording', () => {
  it('ends, and counts every operation', () => {
    fc.assert(
      fc.property(fc.constantFrom(...cases), damage, (recorded, changes) => {
        const result = read(
          damaged(
            { meta, cases: [recorded] },
            // Within the case's operations.
            changes.map(change => ({ ...change, path: [1, 0, 2, ...change.path] })),
          ),
        );
        if (typeof result === 'string') return;
        for (const damagedCase of result.cases as readonly RecordedCase[]) {
          const verdict = replayCase(damagedCase, machine);
          expect(verdict.ops).toBe(damagedCase.ops.length);
        }
      }),
    );
  });
});
