import type { PageKind, PlotView, Value } from '../model/experiments/view.ts';
import { svg } from './dom.ts';
import { formatValue } from './format.ts';
import { kindEntry, type LegendEntry } from './legend.ts';

type Symbol = 'circle' | 'square' | 'triangle' | 'diamond' | 'cross' | 'star';

/** How the marks of one series look. */
export interface Style {
  readonly name: string;
  readonly kind?: PageKind;
  readonly colour: string;
  /** Dashes of its line: series are told apart without colour too. */
  readonly dash?: string;
  readonly symbol: Symbol;
}

const dashes = [undefined, '7 3', '2 3', '9 3 2 3', '1 4', '12 4'];

/** The symbols' outlines, around (14, 7). */
const outlines: Readonly<Record<Symbol, string>> = {
  circle: 'M10.5 7a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0',
  square: 'M11 4h6v6h-6z',
  triangle: 'M14 3l4 7h-8z',
  diamond: 'M14 2l3.5 5l-3.5 5l-3.5 -5z',
  cross: 'M10 7h8M14 3v8',
  star: 'M10 7h8M12 3.5l4 7M16 3.5l-4 7',
};
const symbols = Object.keys(outlines) as Symbol[];
const COLOURS = 6;

/** A value as the name of a series or a category. */
export function nameOf(value: Value | undefined): string {
  return formatValue(value);
}

/** The series of a plot in the order in which they first appear; one without a name where the plot has none. */
export function stylesOf({ series, rows, seriesKinds }: PlotView): readonly Style[] {
  const names = series === undefined ? [''] : [...new Set(rows.map(row => nameOf(row[series])))];
  return names.map((name, index) => {
    const kind = seriesKinds?.[name];
    // The second time round the colours meet other dashes and symbols.
    const shape = index + Math.floor(index / COLOURS);
    return {
      name,
      kind,
      colour: kind ? `var(--fl-${kind})` : `var(--fl-series-${(index % COLOURS) + 1})`,
      dash: dashes[shape % dashes.length],
      symbol: symbols[shape % symbols.length],
    };
  });
}

/** Whether a plot draws areas rather than lines or points. */
export function drawsBars({ mark }: PlotView): boolean {
  return mark === 'bar' || mark === 'stack';
}

function swatch(document: Document, view: PlotView, uid: string, style: Style): LegendEntry {
  const { name, colour, dash, symbol, kind } = style;
  if (drawsBars(view)) {
    if (kind) return kindEntry(document, `${uid}-${kind}`, kind, name);
    return { label: name, swatch: [svg(document, 'rect', { width: 28, height: 14, fill: colour })] };
  }
  const line = svg(document, 'path', {
    d: 'M0 7h28',
    stroke: colour,
    'stroke-width': 2,
    'stroke-dasharray': dash,
  });
  const point = svg(document, 'path', {
    d: outlines[symbol],
    stroke: colour,
    'stroke-width': 1.5,
    fill: colour,
  });
  return { label: name, swatch: view.mark === 'dot' ? [point] : [line, point] };
}

/** Legend of a plot: its series where there are several, and the mark of published points. */
export function plotLegend(document: Document, view: PlotView, uid: string): readonly LegendEntry[] {
  const styles = stylesOf(view);
  // Bars that carry their series' name on the axis need no legend.
  const named = view.series !== undefined && view.series !== view.x.key && styles.length > 1;
  const entries = named ? styles.map(style => swatch(document, view, uid, style)) : [];
  if (!view.published?.length) return entries;
  const mark = svg(document, 'path', { d: 'M14 1.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z', class: 'fl-published' });
  return [...entries, { label: 'published', swatch: [mark] }];
}
