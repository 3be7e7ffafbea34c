import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { execute } from '../../../plugins/playgrounds/execute.ts';
import type { Shown } from '../../../src/model/index.ts';

const source = await readFile(new URL('your-turn-race.playground.ts', import.meta.url), 'utf8');

const MERGED = 'the count and the range, as merged';
const HOLDS = 'holds in every schedule';
const WRONG = 'counterexample, 6 steps: the page is private, and the shared one is mapped';
const STORE = '  vm.attribute.store(PRIVATE);\n';

/** What a program shows: a verdict, schedules and transitions for each check, and the tables behind them. */
async function run(text: string): Promise<{ verdicts: Record<string, unknown>; tables: readonly Shown[] }> {
  const { shown, failure } = await execute(text);
  expect(failure).toBeUndefined();
  const [first, ...tables] = shown;
  if (first?.kind !== 'table') throw new Error('a table is shown first');
  const verdicts = first.rows.map(row => [row.asks, [row.verdict, row.schedules, row.transitions]]);
  return { verdicts: Object.fromEntries(verdicts), tables };
}

/** The program with one passage replaced, which must be there once. */
function edited(text: string, from: string, to: string): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`the playground has "${from}" ${parts.length - 1} times`);
  return parts.join(to);
}

describe('the protocol to be edited', () => {
  it('holds as merged, and with any part of its check left out it does not', async () => {
    const { verdicts } = await run(source);
    expect(verdicts).toEqual({
      [MERGED]: [HOLDS, 79, 1315],
      'the count alone': [WRONG, 58, 642],
      'the range alone': [WRONG, 100, 1376],
      nothing: [WRONG, 64, 576],
      yours: [WRONG, 130, 1734],
    });
  });

  it('shows the steps that break the check to begin with', async () => {
    const { tables } = await run(source);
    expect(tables).toHaveLength(1);
    const [steps] = tables;
    if (steps.kind !== 'table') throw new Error('the steps are a table');
    expect(steps.rows.map(row => row.actor)).toEqual(['vCPU 0', 'vCPU 0', 'VMM', 'vCPU 0', 'VMM', 'VMM']);
    expect(steps.rows[3].what).toMatch(/reads the attribute, changes the SPTE/);
    expect(steps.rows[4].what).toBe('changes the attribute');
  });

  it('breaks when a reader takes out a part of the merged check', async () => {
    const { verdicts } = await run(edited(source, 'vm.inProgress.load() > 0 || vm.seq', 'vm.seq'));
    expect(verdicts[MERGED]).toEqual(verdicts['the count alone']);
    expect(verdicts[MERGED]).toEqual([WRONG, 58, 642]);
  });

  it('holds with the check to begin with once the attribute is stored before the zap', async () => {
    const convert = 'convert(vm: Shared): Actor {\n';
    const swapped = edited(edited(source, STORE, ''), convert, convert + STORE);
    const { verdicts, tables } = await run(swapped);
    expect(verdicts.yours).toEqual([HOLDS, 285, 4145]);
    expect(verdicts.nothing).toEqual([WRONG, 82, 738]);
    expect(tables).toEqual([]);
  });

  it('says who waits for ever when a lock is not given back', async () => {
    const { verdicts } = await run(edited(source, '    vm.mmuLock.readUnlock();\n', ''));
    expect(verdicts[MERGED]).toEqual([
      expect.stringMatching(/^counterexample, \d+ steps: VMM waits for ever$/),
      expect.any(Number),
      expect.any(Number),
    ]);
  });
});
