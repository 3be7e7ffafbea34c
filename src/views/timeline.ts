import type { Row, TableView, TimelineLane, TimelineSlice, TimelineView } from '../model/experiments/view.ts';
import { formatTick } from './format.ts';
import { type Lane, type Lanes, type Mark, numberOf } from './lanes.ts';
import { patternFill, sliceLabels } from './patterns.ts';

/** The kinds of slice in a timeline, in the order in which they first appear. */
export function slicesOf({ lanes }: TimelineView): readonly TimelineSlice['kind'][] {
  return [...new Set(lanes.flatMap(({ slices }) => slices.map(({ kind }) => kind)))];
}

function at(ns: number): string {
  return formatTick(ns, 'ns');
}

/** What each actor did over virtual time, a lane each. */
export function timelineLanes({ lanes }: TimelineView, uid: string): Lanes {
  const drawn = lanes.map(({ name, slices, instants = [] }): Lane => {
    const stretches = slices.map(
      (slice): Mark => ({
        start: slice.start,
        end: slice.end,
        label: slice.name,
        text: `${name}: ${slice.name}, ${sliceLabels[slice.kind]} for ${at(slice.end - slice.start)} from ${at(slice.start)}`,
        className: `fl-mark fl-m-${slice.kind}`,
        fill: patternFill(uid, slice.kind),
      }),
    );
    const moments = instants.map(
      (instant): Mark => ({
        start: instant.at,
        end: instant.at,
        name: instant.name,
        text: `${name}: ${instant.name} at ${at(instant.at)}`,
        className: 'fl-instant',
      }),
    );
    return { name, height: 24, marks: [...stretches, ...moments] };
  });
  const times = lanes.flatMap(({ slices, instants = [] }) => [
    ...slices.flatMap(({ start, end }) => [start, end]),
    ...instants.map(instant => instant.at),
  ]);
  const from = Math.min(...times, Number.POSITIVE_INFINITY);
  const to = Math.max(...times, Number.NEGATIVE_INFINITY);
  return {
    unit: 'ns',
    from: times.length ? from : 0,
    to: times.length && to > from ? to : (times.length ? from : 0) + 1,
    lanes: drawn,
  };
}

/** The lanes of a timeline that was drawn, from what its drawing says of itself. */
export function lanesOfDrawing(drawing: Element): TimelineLane[] {
  return [...drawing.querySelectorAll('.fl-lane')].map(lane => {
    const marks = [...lane.querySelectorAll('.fl-lane-mark')];
    const slices = marks
      .filter(mark => !mark.hasAttribute('data-name'))
      .map((mark): TimelineSlice => {
        const [, kind] =
          /fl-m-(\w+)/.exec(mark.querySelector('rect, path')?.getAttribute('class') ?? '') ?? [];
        return {
          start: numberOf(mark, 'data-start'),
          end: numberOf(mark, 'data-end'),
          name: mark.querySelector('text')?.textContent ?? '',
          kind: (kind ?? 'run') as TimelineSlice['kind'],
        };
      });
    const instants = marks
      .filter(mark => mark.hasAttribute('data-name'))
      .map(mark => ({ at: numberOf(mark, 'data-start'), name: mark.getAttribute('data-name') ?? '' }));
    return { name: lane.querySelector('.fl-lane-name')?.textContent ?? '', slices, instants };
  });
}

/** The same timeline as a table, in order of time. */
export function timelineTable({ lanes, title }: TimelineView): TableView {
  const rows: Row[] = lanes.flatMap(({ name, slices, instants = [] }) => [
    ...slices.map(slice => ({
      start: slice.start,
      end: slice.end as number | null,
      lane: name,
      what: slice.name,
      how: sliceLabels[slice.kind] as string | null,
    })),
    ...instants.map(instant => ({ start: instant.at, end: null, lane: name, what: instant.name, how: null })),
  ]);
  rows.sort((a, b) => Number(a.start) - Number(b.start));
  const columns = [
    { key: 'start', label: 'from', unit: 'ns' },
    { key: 'end', label: 'to', unit: 'ns' },
    { key: 'lane', label: 'actor' },
    { key: 'what', label: 'does' },
    { key: 'how', label: 'how' },
  ];
  return { kind: 'table', title, columns, rows };
}
