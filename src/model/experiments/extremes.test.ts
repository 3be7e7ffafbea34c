import { describe, expect, it } from 'vitest';
import { experiments } from './index.ts';
import type { AnyValues, Param, Params } from './params.ts';
import type { Row } from './view.ts';

/** What a parameter is set to: the ends of its range, or each of its values where it names them. */
function extremesOf(param: Param): readonly (number | string | boolean)[] {
  switch (param.kind) {
    case 'flag':
      return [false, true];
    case 'choice':
      return param.options.map(({ value }) => value);
    default:
      return [param.min, param.max];
  }
}

/** Each other extreme of each parameter while the rest are lowest, then all highest ones together. */
function cases(params: Params): [title: string, values: AnyValues][] {
  const names = Object.keys(params);
  const together = (end: 0 | -1): AnyValues =>
    Object.fromEntries(names.map(name => [name, extremesOf(params[name]).at(end)!]));
  const lowest = together(0);
  const alone = names.flatMap(name =>
    extremesOf(params[name])
      .slice(1)
      .map((value): [string, AnyValues] => [`${name} ${value}`, { ...lowest, [name]: value }]),
  );
  return [['everything lowest', lowest], ...alone, ['everything highest', together(-1)]];
}

/** The rows, or the refusal. */
function outcome(run: () => readonly Row[]): readonly Row[] | RangeError {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError) return error;
    throw error;
  }
}

describe.each(experiments.map(experiment => [experiment.id, experiment] as const))('%s', (_, experiment) => {
  it.each(cases(experiment.params))(
    'ends with finite numbers or says what would be right: %s',
    (_, values) => {
      const rows = outcome(() => experiment.run(values));
      if (rows instanceof RangeError) {
        expect(rows.message.split(' ').length).toBeGreaterThan(5);
        return;
      }
      expect(rows.length).toBeGreaterThan(0);
      const numbers = rows.flatMap(row => Object.values(row).filter(value => typeof value === 'number'));
      expect(numbers.filter(value => !Number.isFinite(value))).toEqual([]);
      expect(experiment.views(rows, values).length).toBeGreaterThan(0);
      expect(Array.isArray(experiment.evidence(rows, values))).toBe(true);
    },
  );
});
