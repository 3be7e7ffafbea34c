import type { PlotView, TableView, View } from '../model/experiments/view.ts';
import { html } from './dom.ts';
import type { Frame } from './frame.ts';
import { drawLanes, type Lanes } from './lanes.ts';
import { kindEntry, type LegendEntry, legend } from './legend.ts';
import { kindsOf, memoryMapLanes, memoryMapTable } from './memoryMap.ts';
import { drawPageTable, pageTableKinds, pageTableTable } from './pageTable.ts';
import { kindLabels, patterns, sliceLabels } from './patterns.ts';
import { drawPlot } from './plot.ts';
import { plotLegend } from './series.ts';
import { drawTable, scrollable } from './table.ts';
import { slicesOf, timelineLanes, timelineTable } from './timeline.ts';

/** Widths at which every figure is drawn; the style sheet shows the one that fits. In CSS pixels. */
const widths = { wide: 700, narrow: 344 } as const;

/** The rows of a plot as a table: category, series and value, in the order of the rows. */
function plotTable({ title, x, y, series, rows }: PlotView): TableView {
  const extra = series !== undefined && series !== x.key ? [{ key: series, label: series }] : [];
  return { kind: 'table', title, columns: [x, ...extra, y], rows };
}

/** The same in the words of a table: for those who do not see figures, and for those who want the numbers. */
export function twinOf(view: View): TableView {
  switch (view.kind) {
    case 'table':
      return view;
    case 'plot':
      return plotTable(view);
    case 'memory-map':
      return memoryMapTable(view);
    case 'page-table':
      return pageTableTable(view);
    case 'timeline':
      return timelineTable(view);
  }
}

/** Hidden until a script makes them work; their place is kept, so that nothing moves when it does. */
function tools(document: Document, readout: string): HTMLElement {
  const button = (action: string, label: string, sign: string) =>
    html(
      document,
      'button',
      { type: 'button', 'data-action': action, 'aria-label': label, title: label },
      sign,
    );
  return html(
    document,
    'div',
    { class: 'fl-tools' },
    html(document, 'p', { class: 'fl-readout', 'aria-hidden': 'true' }, readout),
    html(
      document,
      'div',
      { class: 'fl-zoom', role: 'group', 'aria-label': 'Zoom' },
      button('out', 'Zoom out', '−'),
      button('in', 'Zoom in', '+'),
      button('all', 'Show all', '↔'),
    ),
  );
}

/** Ways to take a timeline to a viewer of traces. Nothing is asked of another site before its button is pressed. */
function traceChoice(document: Document): HTMLElement {
  const button = (action: string, text: string) =>
    html(document, 'button', { type: 'button', 'data-trace': action }, text);
  return html(
    document,
    'details',
    { class: 'fl-trace' },
    html(document, 'summary', {}, 'As a trace'),
    html(
      document,
      'p',
      { class: 'fl-help' },
      'Chrome trace-event JSON. “Open in Perfetto” opens ui.perfetto.dev, a site of others, in a new window and hands it this trace.',
    ),
    html(
      document,
      'div',
      { class: 'fl-save-actions' },
      button('save', 'Save trace.json'),
      button('perfetto', 'Open in Perfetto'),
    ),
    html(document, 'p', { class: 'fl-note', 'aria-live': 'polite' }),
  );
}

interface Parts {
  readonly drawings: readonly Element[];
  readonly entries: readonly LegendEntry[];
  readonly tools?: HTMLElement;
  readonly trace?: HTMLElement;
}

/** The height a drawing takes, for the browser to keep free while the figure is out of sight and not laid out. */
function placeOf(drawing: Element): string | undefined {
  const height = drawing.getAttribute('height');
  return height === null ? undefined : `contain-intrinsic-block-size:auto ${height}px`;
}

/** What a figure shares with another beside it. */
export interface Shared {
  /** Scale, categories and colours of a plot. */
  readonly frame?: Frame;
  /** Ends of the axis of a timeline or a map. */
  readonly window?: readonly [from: number, to: number];
}

/** Lanes over the axis that they share with others. */
function over(lanes: Lanes, window: Shared['window']): Lanes {
  return window ? { ...lanes, from: window[0], to: window[1] } : lanes;
}

async function partsOf(
  document: Document,
  view: Exclude<View, TableView>,
  uid: string,
  { frame, window }: Shared,
): Promise<Parts> {
  const each = (draw: (width: number, id: string) => SVGElement) =>
    Object.entries(widths).map(([name, width]) => {
      const drawing = draw(width, `${uid}-${name}`);
      return html(document, 'div', { class: `fl-drawing fl-${name}`, style: placeOf(drawing) }, drawing);
    });
  switch (view.kind) {
    case 'plot': {
      const Plot = await import('@observablehq/plot');
      return {
        drawings: each((width, id) => {
          const drawing = drawPlot(Plot, document, view, width, id, frame);
          drawing.setAttribute('role', 'img');
          drawing.setAttribute('aria-label', view.summary);
          return drawing;
        }),
        entries: plotLegend(document, frame ? { ...view, rows: frame.rows } : view, uid),
      };
    }
    case 'memory-map': {
      const kinds = kindsOf(view);
      return {
        drawings: each((width, id) => {
          const lanes = over(memoryMapLanes(view, id), window);
          const drawing = drawLanes(document, lanes, width, id, view.summary);
          drawing.prepend(patterns(document, id, kinds));
          return drawing;
        }),
        entries: kinds.map(kind => kindEntry(document, `${uid}-${kind}`, kind, kindLabels[kind])),
        tools: tools(document, 'Choose a range with the arrow keys or the pointer.'),
      };
    }
    case 'page-table':
      return {
        drawings: [drawPageTable(document, view, kind => `${uid}-${kind}-legend`)],
        entries: pageTableKinds(view).map(kind =>
          kindEntry(document, `${uid}-${kind}`, kind, kindLabels[kind]),
        ),
      };
    case 'timeline': {
      const kinds = slicesOf(view);
      return {
        drawings: each((width, id) => {
          const lanes = over(timelineLanes(view, id), window);
          const drawing = drawLanes(document, lanes, width, id, view.summary);
          drawing.prepend(patterns(document, id, kinds));
          return drawing;
        }),
        entries: kinds.map(kind => kindEntry(document, `${uid}-${kind}`, kind, sliceLabels[kind])),
        tools: tools(document, 'Choose a step with the arrow keys or the pointer.'),
        trace: traceChoice(document),
      };
    }
  }
}

/**
 * Draws a view as a figure: title, drawing, legend, and the same as a table.
 *
 * @param document the page's, or a small one when the site is built
 * @param uid tells this figure's ids from all others on the page
 * @param shared what it has in common with a figure beside it
 */
export async function drawFigure(
  document: Document,
  view: View,
  uid: string,
  shared: Shared = {},
): Promise<HTMLElement> {
  const caption = html(document, 'figcaption', { class: 'fl-title' }, view.title);
  if (view.kind === 'table') {
    const table = scrollable(document, view.title, drawTable(document, view));
    const content = view.folded
      ? [html(document, 'details', { class: 'fl-twin' }, html(document, 'summary', {}, view.title), table)]
      : [caption, table];
    return html(document, 'figure', { class: 'fl-figure' }, ...content);
  }
  const { drawings, entries, tools, trace } = await partsOf(document, view, uid, shared);
  return html(
    document,
    'figure',
    { class: 'fl-figure' },
    caption,
    legend(document, entries),
    ...drawings,
    tools,
    html(document, 'p', { class: 'fl-summary' }, view.summary),
    html(
      document,
      'details',
      { class: 'fl-twin' },
      html(document, 'summary', {}, 'As a table'),
      scrollable(document, `${view.title}, as a table`, drawTable(document, twinOf(view))),
    ),
    trace,
  );
}
