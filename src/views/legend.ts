import type { PageKind, TimelineSlice } from '../model/experiments/view.ts';
import { html, svg } from './dom.ts';
import { patternFill, patterns } from './patterns.ts';

/** One entry of a legend: a swatch and what it stands for. */
export interface LegendEntry {
  readonly label: string;
  /** Draws the swatch into a 28 by 14 box. */
  readonly swatch: readonly SVGElement[];
}

/** A filled swatch of a page kind or a kind of slice. */
export function kindEntry(
  document: Document,
  uid: string,
  kind: PageKind | TimelineSlice['kind'],
  label: string,
): LegendEntry {
  const id = `${uid}-legend`;
  return {
    label,
    swatch: [
      patterns(document, id, [kind]),
      svg(document, 'rect', {
        class: `fl-mark fl-m-${kind}`,
        x: 1,
        y: 1,
        width: 26,
        height: 12,
        fill: patternFill(id, kind),
      }),
    ],
  };
}

/** The legend of a figure. Hidden from screen readers: names stand in the table and in the marks' own labels. */
export function legend(document: Document, entries: readonly LegendEntry[]): HTMLElement | undefined {
  if (entries.length === 0) return undefined;
  const items = entries.map(({ label, swatch }) =>
    html(
      document,
      'li',
      { class: 'fl-entry' },
      svg(document, 'svg', { width: 28, height: 14, viewBox: '0 0 28 14', 'aria-hidden': 'true' }, ...swatch),
      label,
    ),
  );
  return html(document, 'ul', { class: 'fl-legend', 'aria-hidden': 'true' }, ...items);
}
