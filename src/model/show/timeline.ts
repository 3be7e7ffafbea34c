/** Makes a timeline of lanes that a program names. */
import type { TimelineInstant, TimelineLane, TimelineSlice, TimelineView } from '../experiments/view.ts';
import { type FigureOptions, fields, finite } from './checks.ts';
import { counted, labelOf, listOf, MAX_ROWS, titleOf } from './rows.ts';
import { quoted } from './text.ts';

const SLICE_KINDS: readonly TimelineSlice['kind'][] = ['run', 'wait', 'hold', 'block', 'stall'];

/** @throws TypeError where a slice ends before it starts or is of no known kind. */
export function timelineView(given: readonly TimelineLane[], options: FigureOptions): TimelineView {
  const who = 'show.timeline';
  let room = MAX_ROWS;
  let total = 0;
  const lanes = listOf(given, who, 'lanes').map((item, index): TimelineLane => {
    const lane = fields(item, `${who}: lane ${index}`);
    const where = `${who}: lane ${index}`;
    const slices = listOf(lane.slices ?? [], where, 'slices');
    const instants = listOf(lane.instants ?? [], where, 'instants');
    total += slices.length + instants.length;
    const kept = slices.slice(0, room).map(slice => sliceOf(slice, where));
    room -= kept.length;
    const marks = instants.slice(0, room).map(instant => instantOf(instant, where));
    room -= marks.length;
    return { name: labelOf(lane.name), slices: kept, ...(marks.length === 0 ? {} : { instants: marks }) };
  });
  return {
    kind: 'timeline',
    title: titleOf(options.title, 'Timeline', MAX_ROWS - room, total, 'marks'),
    summary:
      options.summary === undefined
        ? `${counted(lanes.length, 'lane')}, ${counted(MAX_ROWS - room, 'mark')}.`
        : labelOf(options.summary),
    lanes,
  };
}

function sliceOf(item: unknown, where: string): TimelineSlice {
  const slice = fields(item, `${where}: a slice`);
  const { start, end } = slice;
  if (!finite(start) || !finite(end) || end < start) {
    throw new TypeError(
      `${where}: a slice runs from start to end in ns, got ${quoted(start)} to ${quoted(end)}`,
    );
  }
  const kind = SLICE_KINDS.find(k => k === slice.kind);
  if (!kind)
    throw new TypeError(
      `${where}: a slice's kind is one of ${SLICE_KINDS.join(', ')}, got ${quoted(slice.kind)}`,
    );
  return { start, end, name: labelOf(slice.name), kind };
}

function instantOf(item: unknown, where: string): TimelineInstant {
  const instant = fields(item, `${where}: an instant`);
  if (!finite(instant.at))
    throw new TypeError(`${where}: an instant is at a time in ns, got ${quoted(instant.at)}`);
  return { at: instant.at, name: labelOf(instant.name) };
}
