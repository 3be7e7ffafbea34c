import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { profileOf } from './profileOf.ts';
import { type RecordedCase, type RecordedOp, type Recording, readRecording } from './recording.ts';
import { replay } from './replay.ts';
import { replayCase } from './replayCase.ts';

const folder = new URL('./recordings/', import.meta.url);
const files = readdirSync(folder)
  .filter(name => name.endsWith('.json.gz'))
  .sort();
const recordings = new Map<string, Recording>(
  files.map(name => [
    name,
    readRecording(JSON.parse(gunzipSync(readFileSync(new URL(name, folder))).toString('utf8'))),
  ]),
);
const all = [...recordings.values()];

describe('the recordings', () => {
  it.each(files)('%s replays without a mismatch', name => {
    const recording = recordings.get(name)!;
    const { cases, ops, failed } = replay(recording);
    expect(failed).toEqual([]);
    expect({ cases, ops }).toEqual(pickCounts(recording));
  });

  it('are as many as were made', () => {
    const cases = all.flatMap(recording => recording.cases);
    expect(cases).toHaveLength(965);
    expect(cases.reduce((sum, recorded) => sum + recorded.ops.length, 0)).toBe(38343);
  });
});

function pickCounts({ meta }: Recording): unknown {
  const { cases, ops } = meta as unknown as { cases: number; ops: number };
  return { cases, ops };
}

describe('a recording that was tampered with', () => {
  const anOp = fc.constantFrom(...all).chain(recording =>
    fc.constantFrom(...recording.cases).chain(recorded =>
      fc.record({
        recording: fc.constant(recording),
        recorded: fc.constant(recorded),
        index: fc.nat(recorded.ops.length - 1),
      }),
    ),
  );

  it('mismatches at the operation whose result was changed, whatever was changed in it', () => {
    fc.assert(
      fc.property(
        anOp,
        fc.nat(),
        fc.constantFrom(...CHANGES),
        ({ recording, recorded, index }, at, change) => {
          const result = changeSomewhere(recorded.ops[index].result, at, change);
          const verdict = replayCase(withOp(recorded, index, { result }), profileOf(recording.meta));
          expect(verdict.mismatches.map(mismatch => mismatch.index)).toEqual([index]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('mismatches where an operation is none that the replayer knows', () => {
    fc.assert(
      fc.property(anOp, fc.constantFrom('x', 'vm.', 'toString', 'uffd.', 'uffd.moved', ''), (where, name) => {
        const { recording, recorded, index } = where;
        const verdict = replayCase(withOp(recorded, index, { op: name }), profileOf(recording.meta));
        expect(verdict.mismatches.map(mismatch => mismatch.index)).toContain(index);
      }),
      { numRuns: 100 },
    );
  });

  it('mismatches where an operation that names no mapping is none that the replayer knows', () => {
    const op = { op: 'uffd.moved', addr: 'm9', result: { skipped: 'no mapping m9' } };
    const recorded = { name: 'unknown', family: 'F', ops: [op] };
    expect(replayCase(recorded, profileOf(all[0].meta)).mismatches).toHaveLength(1);
  });

  it('mismatches where an operation within another is none that the replayer knows', () => {
    let tried = 0;
    for (const recording of all) {
      for (const recorded of recording.cases) {
        for (const [index, op] of recorded.ops.entries()) {
          const changed = renameInner(op);
          if (changed === null) continue;
          tried++;
          const verdict = replayCase(withOp(recorded, index, changed), profileOf(recording.meta));
          expect(verdict.mismatches.length, `${recorded.name}, op ${index}`).toBeGreaterThan(0);
        }
      }
    }
    expect(tried).toBeGreaterThan(16);
  });

  it('mismatches where a result is missing', () => {
    const [recording] = all;
    const [recorded] = recording.cases;
    const verdict = replayCase(withOp(recorded, 0, { result: undefined }), profileOf(recording.meta));
    expect(verdict.mismatches).toHaveLength(1);
  });
});

/** The same operation with what it has others do under a name that nobody knows; null where it has none. */
function renameInner(op: RecordedOp): Partial<RecordedOp> | null {
  if (op.do !== undefined) return { do: { ...op.do, op: 'unknown' } };
  if (op.ops !== undefined) return { ops: op.ops.map(inner => ({ ...inner, op: 'unknown' })) };
  return null;
}

function withOp(recorded: RecordedCase, index: number, change: Partial<RecordedOp>): RecordedCase {
  return { ...recorded, ops: recorded.ops.map((op, i) => (i === index ? { ...op, ...change } : op)) };
}

type Change = (value: unknown) => unknown;

/** Each gives a value that is another one than it was given. */
const CHANGES: readonly Change[] = [
  value => (typeof value === 'number' ? value + 1 : typeof value === 'string' ? `${value}0` : [value]),
  value => (typeof value === 'boolean' ? !value : { value }),
  value => (value === null ? 0 : null),
  value => (isObject(value) ? { ...value, more: 0 } : undefined),
  value => (Array.isArray(value) ? [...value, 0] : 'none'),
];

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Changes the value itself, or one that is somewhere in it. */
function changeSomewhere(value: unknown, at: number, change: Change): unknown {
  if (typeof value !== 'object' || value === null) return change(value);
  const keys = Object.keys(value);
  const choice = at % (keys.length + 1);
  if (choice === keys.length) return change(value);
  const rest = Math.floor(at / (keys.length + 1));
  const inner = changeSomewhere((value as Record<string, unknown>)[keys[choice]], rest, change);
  if (Array.isArray(value)) return value.map((item, i) => (i === choice ? inner : item));
  return { ...value, [keys[choice]]: inner };
}
