import { describe, expect, it } from 'vitest';
import { lab } from './lab.ts';

async function call(...args: string[]) {
  const out: string[] = [];
  const error: string[] = [];
  const code = await lab(args, { out: text => out.push(text), error: text => error.push(text) });
  return { code, out: out.join('\n'), error };
}

describe('lab list', () => {
  it('prints every experiment with its parameters as JSON Schema', async () => {
    const { code, out } = await call('list', '--json');
    expect(code).toBe(0);
    const listed = JSON.parse(out);
    expect(Object.keys(listed)).toEqual(['experiments', 'races']);
    const boot = listed.experiments.find((e: { id: string }) => e.id === 'private-memory/boot');
    expect(Object.keys(boot)).toEqual(['id', 'question', 'params']);
    expect(boot.params.properties.transactions).toMatchObject({
      type: 'integer',
      minimum: 0,
      default: 75142,
    });
  });
});

describe('lab run', () => {
  it('prints the run as JSON and nothing else', async () => {
    const { code, out, error } = await call('run', 'private-memory/boot', '--transactions', '100', '--json');
    expect(code).toBe(0);
    expect(error).toEqual([]);
    const result = JSON.parse(out);
    expect(Object.keys(result)).toEqual(['experiment', 'params', 'rows', 'evidence']);
    expect(result.params.transactions).toBe(100);
    expect(Object.keys(result.evidence[0])).toEqual([
      'name',
      'unit',
      'published',
      'model',
      'error',
      'fitted',
      'source',
    ]);
  });

  it('prints a table for people', async () => {
    const { code, out } = await call('run', 'private-memory/boot', '--transactions=0');
    expect(code).toBe(0);
    expect(out).toContain('SNP without fd-based memory');
  });

  it.each([
    [['run'], 'name one experiment'],
    [['run', 'private-memory/bot'], 'private-memory/boot-constants'],
    [['run', 'private-memory/boot', '--pagez', '1'], 'has no parameter --pagez; it has --transactions'],
    [
      ['run', 'private-memory/boot', '--pages', '99'],
      '--pages is a whole number from 1 to 16 pages, not "99"',
    ],
    [['run', 'private-memory/boot', '--pages', '1.5'], '--pages is a whole number'],
    [['run', 'private-memory/boot', '--pages', ''], '--pages is a whole number'],
    [['run', 'private-memory/boot', '--pages'], '--pages needs a value'],
    [['run', 'private-memory/boot', '--frob'], 'run has no option --frob; it has --transactions, --pages'],
    [['explore', 'userfault/lost-wakeup', '--frob'], 'it has --design, --bound, --json'],
    [['explore', 'userfault/lost-wakeup', '--bound'], '--bound needs a value'],
    [['conformance', '--frob'], 'conformance has no option --frob; it has none'],
    [['merge', '--frob'], 'merge has no option --frob; it has --out'],
    [['run', 'private-memory/boot', '--pages', '1', '--pages', '2'], 'given twice'],
    [['run', 'private-memory/double-allocation', '--flush', 'x'], '--flush is one of 2022, 6.11, not "x"'],
    [['run', 'private-memory/boot', '--__proto__', '1'], 'has no parameter'],
    [['explore'], 'name one race: private-memory/flip-vs-fault'],
    [['explore', 'private-memory/flip'], 'there are private-memory/flip-vs-fault'],
    [['explore', 'private-memory/flip-vs-fault', '--design', 'x'], 'has no design "x"; it has merged,'],
    [['explore', 'private-memory/flip-vs-fault', '--depth', '1'], 'explore has no option --depth'],
    [['explore', 'private-memory/flip-vs-fault', '--bound', '-1'], 'a whole number from 0 to 999999'],
    [['lsit'], 'there is no command "lsit"'],
    [[], 'usage: lab'],
  ])('refuses %j with one line on stderr and exit code 2', async (args, message) => {
    const { code, out, error } = await call(...args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(error).toHaveLength(1);
    expect(error[0]).toContain(message);
    expect(error[0]).not.toContain('\n');
  });
});

describe('lab list', () => {
  it('prints every race with its designs', async () => {
    const listed = JSON.parse((await call('list', '--json')).out);
    const race = listed.races.find((r: { id: string }) => r.id === 'private-memory/flip-vs-fault');
    expect(Object.keys(race)).toEqual(['id', 'question', 'designs']);
    expect(race.designs[0]).toEqual({ name: 'merged', expected: 'holds' });
  });
});

describe('lab explore', () => {
  const keys = ['race', 'design', 'complete', 'bound', 'schedules', 'transitions', 'milliseconds'];

  it('takes the right protocol unless another is named, and ends with 0 where everything holds', async () => {
    const { code, out, error } = await call('explore', 'private-memory/flip-vs-fault', '--json');
    expect(code).toBe(0);
    expect(error).toEqual([]);
    const result = JSON.parse(out);
    expect(Object.keys(result)).toEqual([...keys, 'properties']);
    expect(result).toMatchObject({ design: 'merged', complete: true, bound: null });
    const nothing = { holds: true, schedule: null, steps: null, shortest: false };
    for (const property of result.properties) expect(property).toEqual({ name: property.name, ...nothing });
  });

  it('ends with 1 and the counterexample, with JSON alone on stdout', async () => {
    const args = ['explore', 'private-memory/flip-vs-fault', '--design', 'no-sequence-check'];
    const { code, out, error } = await call(...args, '--json');
    expect(code).toBe(1);
    expect(error).toEqual([]);
    const broken = JSON.parse(out).properties.filter((p: { holds: boolean }) => !p.holds);
    expect(broken[0]).toMatchObject({ shortest: true });
    const told = await call(...args);
    expect(told.code).toBe(1);
    expect(told.out).toContain(`counterexample, ${broken[0].steps} steps`);
    expect(told.out).toContain('takes mmu_lock');
  });

  it('says what bounded it', async () => {
    const { out } = await call('explore', 'private-memory/flip-vs-fault', '--bound=0', '--json');
    expect(JSON.parse(out)).toMatchObject({ complete: false, bound: 'at most 0 preemptions' });
  });
});

it.each([['help'], ['--help'], ['-h'], ['help', 'sweep'], ['sweep', '--help'], ['run', 'no/such', '-h']])(
  'help is given to who asks: lab %s %s',
  async (...args) => {
    const { code, out, error } = await call(...args.filter(arg => arg !== undefined));
    expect({ code, error }).toEqual({ code: 0, error: [] });
    const named = args.find(arg => ['sweep', 'run'].includes(arg));
    const calls = out.match(/^lab \w+/gm);
    expect(calls).toEqual(
      named
        ? [`lab ${named}`]
        : ['list', 'run', 'explore', 'conformance', 'sweep', 'merge'].map(c => `lab ${c}`),
    );
  },
);
