import type { Axis } from './view.ts';

/** Bars that run from left to right, one for each name in a column: what a plot of that kind says of itself. */
export function across(key: string): { readonly horizontal: true; readonly x: Axis } {
  return { horizontal: true, x: { key, label: '', scale: 'band' } };
}
