import type { RefObject } from 'react';
import type { AnyValues } from '../../model/experiments/params.ts';
import type { Saving } from '../Takeaway/index.tsx';
import type { Format } from './save.ts';

const FORMATS: readonly (readonly [format: Format, what: string])[] = [
  ['csv', 'Rows as CSV'],
  ['json', 'Rows as JSON'],
  ['svg', 'Figure as SVG'],
  ['png', 'Figure as PNG'],
];

/** The files that can be saved of an experiment as it is set; what makes them is fetched with the first. */
export function savingsOf(
  id: string,
  values: AnyValues,
  frame: RefObject<HTMLElement | null>,
): readonly Saving[] {
  return FORMATS.map(([format, what]) => ({
    what,
    save: () => import('./save.ts').then(({ save }) => save(format, id, values, frame.current)),
  }));
}
