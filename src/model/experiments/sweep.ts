/**
 * Sweeps: an experiment at every combination of listed values. What `lab sweep` writes and what the page saves are the
 * same bytes.
 */
import { columnsOf, csvLine } from './csv.ts';
import { type AnyValues, complaint, defaults, type Param, type Params } from './params.ts';
import type { Row, Value } from './view.ts';

/** One combination of values and what its run gave. */
export interface Point {
  /** Its number among all combinations, from 0, whoever ran it. */
  readonly point: number;
  readonly values: AnyValues;
  readonly rows: readonly Row[];
}

/** A sweep or a shard of one. */
export interface Sweep {
  readonly experiment: string;
  /** Version of the model. */
  readonly model: string;
  /** Values by swept parameter. */
  readonly swept: Readonly<Record<string, readonly Value[]>>;
  /** Number of points of the whole sweep. */
  readonly total: number;
  readonly points: readonly Point[];
}

/** Most points of one sweep; a longer list is more likely a slip of the keyboard. */
export const MAX_POINTS = 1_000_000;

/** A value as it is typed. */
export function parseValue(param: Param, text: string): number | string | boolean {
  if (param.kind === 'choice') return text;
  if (param.kind === 'flag') return text === 'true' ? true : text === 'false' ? false : text;
  return text.trim() === '' ? Number.NaN : Number(text);
}

/**
 * The values that a list like `1,2,4` names.
 *
 * @param label how the parameter is called in a message
 * @throws RangeError where a value does not fit, or stands there twice
 */
export function valuesIn(label: string, param: Param, list: string): (number | string | boolean)[] {
  const values = list.split(',').map(text => {
    const value = parseValue(param, text.trim());
    const wrong = complaint(label, param, value);
    if (wrong !== undefined) throw new RangeError(`${wrong}, not ${JSON.stringify(text)}`);
    return value;
  });
  if (new Set(values).size < values.length) throw new RangeError(`${label} lists a value twice: ${list}`);
  return values;
}

/**
 * Every combination of some values, the last parameter going through its values fastest.
 *
 * @param fixed values of what is not swept; defaults where they are left out
 * @throws RangeError where there are more than MAX_POINTS
 */
export function combinations(
  params: Params,
  swept: Readonly<Record<string, readonly (number | string | boolean)[]>>,
  fixed: AnyValues = {},
): AnyValues[] {
  let points: AnyValues[] = [{ ...defaults(params), ...fixed }];
  for (const [name, values] of Object.entries(swept)) {
    if (points.length * values.length > MAX_POINTS)
      throw new RangeError(`these are more than ${MAX_POINTS} points; list fewer values`);
    points = points.flatMap(point => values.map(value => ({ ...point, [name]: value })));
  }
  return points;
}

/** A sweep as CSV: the point's number, the swept parameters as `param.NAME`, then the columns of the rows. */
export function sweepCsv({ swept, points }: Sweep): string {
  const names = Object.keys(swept);
  const columns = columnsOf(points.flatMap(({ rows }) => rows));
  const lines = points.flatMap(({ point, values, rows }) =>
    rows.map(row =>
      csvLine([point, ...names.map(name => values[name]), ...columns.map(key => row[key] ?? null)]),
    ),
  );
  const head = csvLine(['point', ...names.map(name => `param.${name}`), ...columns]);
  return `${[head, ...lines].join('\n')}\n`;
}

/** A sweep as JSON with everything in it. */
export function sweepJson(sweep: Sweep): string {
  return `${JSON.stringify(sweep, null, 1)}\n`;
}
