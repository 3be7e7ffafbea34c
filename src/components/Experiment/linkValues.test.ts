import { describe, expect, test } from 'vitest';
import { choice, flag, int } from '../../model/experiments/params.ts';
import { valuesFrom } from './linkValues.ts';

const params = {
  vcpus: int({ label: 'vCPUs', min: 1, max: 512, default: 8 }),
  design: choice({ label: 'Design', options: { merged: 'as merged', v6: 'version 6' }, default: 'merged' }),
  eager: flag({ label: 'Eager', default: true }),
};

describe('the values of a link', () => {
  test('stand beside the defaults of what it leaves out', () => {
    expect(valuesFrom(params, { vcpus: 64 })).toEqual({ vcpus: 64, design: 'merged', eager: true });
    expect(valuesFrom(params, {})).toEqual({ vcpus: 8, design: 'merged', eager: true });
  });

  test.each([
    [{ vcpus: 0 }, 'vCPUs is a whole number from 1 to 512'],
    [{ vcpus: 1.5 }, 'vCPUs is a whole number from 1 to 512'],
    [{ vcpus: '8' }, 'vCPUs is a whole number from 1 to 512'],
    [{ design: 'v7' }, 'Design is one of merged, v6'],
    [{ eager: 1 }, 'Eager is true or false'],
    [{ cores: 4 }, 'it sets “cores”, which is no parameter of this experiment'],
    [{ toString: 1 }, 'it sets “toString”, which is no parameter of this experiment'],
    [JSON.parse('{"__proto__": 1}'), 'it sets “__proto__”, which is no parameter of this experiment'],
  ])('%j are refused with the reason', (sent, reason) => {
    expect(valuesFrom(params, sent)).toBe(reason);
  });
});
