import { describe, expect, test } from 'vitest';
import { experiments } from '../../model/experiments/index.ts';
import { choice, complaint, defaults, flag, int } from '../../model/experiments/params.ts';
import { valuesIn } from '../../model/experiments/sweep.ts';
import { another, difference, suggested } from './setting.ts';

const vcpus = int({ label: 'vCPUs', min: 1, max: 256, default: 8, scale: 'log' });
const design = choice({
  label: 'Design',
  options: { merged: 'as merged', v6: 'version 6' },
  default: 'merged',
});
const eager = flag({ label: 'Eager', default: true });

test('a few values over the range are suggested', () => {
  expect(suggested(vcpus)).toBe('1,4,16,64,256');
  expect(suggested(design)).toBe('merged,v6');
  expect(suggested(eager)).toBe('false,true');
});

test('another setting has another design, or another value', () => {
  expect(another({ vcpus, design }, { vcpus: 8, design: 'v6' })).toEqual({ vcpus: 8, design: 'merged' });
  expect(another({ vcpus }, { vcpus: 8 })).toEqual({ vcpus: 256 });
  expect(another({ vcpus }, { vcpus: 256 })).toEqual({ vcpus: 1 });
  expect(another({ eager }, { eager: true })).toEqual({ eager: false });
  expect(another({}, {})).toEqual({});
});

test('what differs is said by label', () => {
  expect(difference({ vcpus, design }, { vcpus: 8, design: 'v6' }, { vcpus: 9, design: 'v6' })).toBe(
    'vCPUs 8 → 9',
  );
});

describe('of every experiment', () => {
  test.each(
    experiments.filter(({ params }) => Object.keys(params).length > 0).map(one => [one.id, one] as const),
  )('%s the suggestions fit its parameters', (_id, { params }) => {
    for (const [name, param] of Object.entries(params)) {
      expect(valuesIn(name, param, suggested(param)).length).toBeGreaterThan(1);
    }
    const values = another(params, defaults(params));
    expect(values).not.toEqual(defaults(params));
    for (const [name, param] of Object.entries(params))
      expect(complaint(name, param, values[name])).toBeUndefined();
  });
});
