import { describe, expect, test } from 'vitest';
import { choice, flag, int } from './params.ts';
import { combinations, type Point, sweepCsv, valuesIn } from './sweep.ts';

const params = {
  vcpus: int({ label: 'vCPUs', min: 1, max: 512, default: 8 }),
  design: choice({ label: 'Design', options: { merged: 'as merged', v6: 'version 6' }, default: 'merged' }),
  eager: flag({ label: 'Eager', default: true }),
};

describe('a list of values', () => {
  test.each([
    ['vcpus', '1, 2,64', [1, 2, 64]],
    ['design', 'v6,merged', ['v6', 'merged']],
    ['eager', 'true,false', [true, false]],
  ] as const)('%s %s', (name, list, values) => {
    expect(valuesIn(name, params[name], list)).toEqual(values);
  });

  test.each([
    ['vcpus', '1,2,1', 'lists a value twice'],
    ['vcpus', '1,,2', 'vcpus is a whole number from 1 to 512, not ""'],
    ['vcpus', '1,0', 'not "0"'],
    ['design', 'v7', 'design is one of merged, v6'],
    ['eager', '1', 'true or false'],
  ] as const)('%s %s is refused', (name, list, says) => {
    expect(() => valuesIn(name, params[name], list)).toThrow(says);
  });
});

describe('combinations', () => {
  test('go through the last parameter fastest, beside what is fixed', () => {
    expect(combinations(params, { vcpus: [1, 2], eager: [true, false] }, { design: 'v6' })).toEqual([
      { vcpus: 1, design: 'v6', eager: true },
      { vcpus: 1, design: 'v6', eager: false },
      { vcpus: 2, design: 'v6', eager: true },
      { vcpus: 2, design: 'v6', eager: false },
    ]);
  });

  test('too many are refused', () => {
    const many = Array.from({ length: 1001 }, (_, at) => at);
    expect(() => combinations(params, { vcpus: many, eager: many })).toThrow('more than 1000000 points');
  });
});

test('as CSV, a row stands behind its point and its swept values', () => {
  const values = { vcpus: 2, design: 'v6', eager: true };
  const points: Point[] = [
    {
      point: 0,
      values,
      rows: [
        { what: 'a,b', ns: 1 },
        { what: 'c', extra: true },
      ],
    },
  ];
  expect(sweepCsv({ experiment: 'a/b', model: '1', swept: { vcpus: [2] }, total: 1, points })).toBe(
    'point,param.vcpus,what,ns,extra\n0,2,"a,b",1,\n0,2,c,,true\n',
  );
});
