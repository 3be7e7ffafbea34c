/** Settings that a comparison and a sweep begin with, before their reader changes them. */
import type { AnyValues, Param, Params } from '../../model/experiments/params.ts';
import { STEPS, valueAt } from './scale.ts';

/** Values of a parameter that show how it bears on a result: a few over its range, or all there are. */
export function suggested(param: Param): string {
  switch (param.kind) {
    case 'flag':
      return 'false,true';
    case 'choice':
      return param.options.map(({ value }) => value).join(',');
    default: {
      const values = [0, 1, 2, 3, 4].map(part => valueAt(param, (part * STEPS) / 4));
      return [...new Set(values)].join(',');
    }
  }
}

/** A setting that differs from another in one parameter: the first that chooses between designs, else the first. */
export function another(params: Params, values: AnyValues): AnyValues {
  const entries = Object.entries(params);
  const [name, param] = entries.find(([, { kind }]) => kind === 'choice') ?? entries[0] ?? [];
  if (name === undefined || param === undefined) return values;
  const now = values[name];
  switch (param.kind) {
    case 'flag':
      return { ...values, [name]: !now };
    case 'choice': {
      const options = param.options.map(({ value }) => value);
      return { ...values, [name]: options[(options.indexOf(String(now)) + 1) % options.length] };
    }
    default:
      return { ...values, [name]: now === param.max ? param.min : param.max };
  }
}

/** How two settings differ, in words; empty where they do not. */
export function difference(params: Params, a: AnyValues, b: AnyValues): string {
  return Object.entries(params)
    .filter(([name]) => a[name] !== b[name])
    .map(([name, { label }]) => `${label} ${a[name]} → ${b[name]}`)
    .join(', ');
}
