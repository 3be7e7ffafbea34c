import type { Column, Value } from '../model/experiments/view.ts';

/** Groups the digits before the point by threes. */
function grouped(text: string): string {
  const [whole, fraction] = text.split('.');
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? spaced : `${spaced}.${fraction}`;
}

/**
 * A number for people: `digits` decimals where given, else integers as they are and others to four significant digits.
 * The same everywhere, whatever the reader's language, so that the page built equals the page drawn.
 */
export function formatNumber(value: number, digits?: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  let text: string;
  if (digits !== undefined) text = size.toFixed(digits);
  else if (Number.isInteger(size) || size >= 1e4) text = size.toFixed(0);
  else text = String(Number(size.toPrecision(4)));
  if (/e/.test(text)) return `${value < 0 ? '−' : ''}${text.replace(/e\+?/, ' × 10^')}`;
  return (value < 0 && Number(text) !== 0 ? '−' : '') + grouped(text);
}

/** A cell of a table. */
export function formatValue(value: Value | undefined, column?: Pick<Column, 'digits'>): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? formatNumber(value, column?.digits) : value;
}

/** A column's label with its unit. */
export function formatLabel({ label, unit }: Pick<Column, 'label' | 'unit'>): string {
  return unit ? `${label} (${unit})` : label;
}

const bytes = [
  [2 ** 40, 'TiB'],
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
  [1, 'B'],
] as const;

const scales: Readonly<Record<string, readonly (readonly [number, string])[]>> = {
  B: bytes,
  bytes,
  ns: [
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'µs'],
    [1, 'ns'],
  ],
};

/** A number on an axis, short: bytes and nanoseconds with the prefix that fits, others as `formatNumber` has them. */
export function formatTick(value: number, unit?: string): string {
  const steps = scales[unit ?? ''];
  if (!steps || value === 0) return formatNumber(value);
  const [size, name] = steps.find(([size]) => Math.abs(value) >= size) ?? steps[steps.length - 1];
  return `${formatNumber(value / size)} ${name}`;
}

/** Whether an axis' ticks carry the unit themselves. */
export function ticksCarryUnit(unit?: string): boolean {
  return unit !== undefined && unit in scales;
}

/** A guest frame number, as kernel people write it. */
export function formatGfn(gfn: number): string {
  return `0x${gfn.toString(16)}`;
}

/** A number of 4 KiB pages as the bytes they are. */
export function formatPages(pages: number): string {
  return formatTick(pages * 4096, 'B');
}
