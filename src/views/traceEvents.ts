/**
 * Lanes over virtual time as Chrome trace-event JSON, which chrome://tracing, Perfetto and speedscope read.
 *
 * The format is that of "Trace Event Format" (Google, 2016), in the JSON object form. Times there are in µs, so a
 * model's nanosecond is a thousandth. Slices of one track must nest: those that do not become async events, each with
 * an id of its own.
 */
import type { TimelineLane, TimelineSlice } from '../model/experiments/view.ts';

type Arguments = Readonly<Record<string, string | number>>;

interface Common {
  readonly name: string;
  readonly cat: string;
  /** µs of virtual time. */
  readonly ts: number;
  readonly pid: number;
  readonly tid: number;
  readonly args?: Arguments;
}

/** One event; `ph` says which sort. */
export type TraceEvent =
  | (Common & { readonly ph: 'X'; readonly dur: number })
  | (Common & { readonly ph: 'B' | 'E' })
  | (Common & { readonly ph: 'i'; readonly s: 't' })
  | (Common & { readonly ph: 'b' | 'e'; readonly id: string })
  | (Common & { readonly ph: 's' | 'f'; readonly id: string; readonly bp?: 'e' })
  | (Omit<Common, 'cat' | 'ts'> & { readonly ph: 'M' });

/** A trace as a file holds it. */
export interface TraceFile {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: 'ns' | 'ms';
  readonly otherData: Arguments;
}

/** A group of lanes: a process in the viewer's words. */
export interface TraceGroup {
  readonly name: string;
  readonly lanes: readonly TimelineLane[];
}

const µs = (ns: number) => ns / 1000;

/** Times from 0 on, as the format has them. */
function fromZero(groups: readonly TraceGroup[]): readonly TraceGroup[] {
  let first = 0;
  for (const { lanes } of groups) {
    for (const { slices, instants = [] } of lanes) {
      for (const { start } of slices) first = Math.min(first, start);
      for (const { at } of instants) first = Math.min(first, at);
    }
  }
  if (first === 0) return groups;
  const moved = (lane: TimelineLane): TimelineLane => ({
    ...lane,
    slices: lane.slices.map(slice => ({ ...slice, start: slice.start - first, end: slice.end - first })),
    instants: lane.instants?.map(instant => ({ ...instant, at: instant.at - first })),
  });
  return groups.map(({ name, lanes }) => ({ name, lanes: lanes.map(moved) }));
}

/** Slices that nest in one another, and those that do not; both in order of their starts. */
function nested(slices: readonly TimelineSlice[]): [nest: TimelineSlice[], others: TimelineSlice[]] {
  const nest: TimelineSlice[] = [];
  const others: TimelineSlice[] = [];
  const open: TimelineSlice[] = [];
  for (const slice of [...slices].sort((a, b) => a.start - b.start || b.end - a.end)) {
    while (open.length > 0 && open[open.length - 1].end <= slice.start) open.pop();
    const around = open.at(-1);
    if (around && slice.end > around.end) {
      others.push(slice);
      continue;
    }
    nest.push(slice);
    open.push(slice);
  }
  return [nest, others];
}

/** A lane with its number, and its slices told apart by how they go into a file. */
interface Track {
  readonly lane: TimelineLane;
  readonly tid: number;
  readonly nest: readonly TimelineSlice[];
  readonly others: readonly TimelineSlice[];
}

/** The slice in which somebody held the lock that another waited for until `end`. */
function heldUntil(tracks: readonly Track[], lock: string, end: number) {
  for (const { lane, tid, nest } of tracks) {
    const hold = nest.find(
      slice => slice.kind === 'hold' && slice.end === end && (lane.name === lock || slice.name === lock),
    );
    if (hold) return { tid, start: hold.start };
  }
  return undefined;
}

/** Arrows from the slice in which a lock was held to the wait that its release ended. */
function handovers(tracks: readonly Track[], pid: number): TraceEvent[] {
  const waits = tracks.flatMap(({ nest, tid }) =>
    nest.filter(({ kind }) => kind === 'wait').map(slice => ({ slice, tid })),
  );
  return waits.flatMap(({ slice, tid }, index): TraceEvent[] => {
    const held = heldUntil(tracks, slice.name, slice.end);
    if (!held || held.tid === tid) return [];
    // Both ends lie inside their slices, where a viewer looks for them.
    const ts = µs(Math.max(held.start, slice.start));
    const common = { name: slice.name, cat: 'handover', ts, pid, id: `${pid}.h${index}` };
    return [
      { ...common, ph: 's', tid: held.tid },
      { ...common, ph: 'f', bp: 'e', tid },
    ];
  });
}

function eventsOf({ lane, tid, nest, others }: Track, pid: number): TraceEvent[] {
  const complete = nest.map(
    ({ start, end, name, kind }): TraceEvent => ({
      ...{ name, cat: kind, ph: 'X', ts: µs(start), dur: µs(end - start), pid, tid },
      args: { kind },
    }),
  );
  const async = others.flatMap(({ start, end, name, kind }, index): TraceEvent[] => {
    const common = { name, cat: kind, pid, tid, id: `${pid}.${tid}.${index}` };
    return [
      { ...common, ph: 'b', ts: µs(start), args: { kind } },
      { ...common, ph: 'e', ts: µs(end) },
    ];
  });
  const instants = (lane.instants ?? []).map(
    ({ at, name }): TraceEvent => ({ name, cat: 'instant', ph: 'i', s: 't', ts: µs(at), pid, tid }),
  );
  return [...complete, ...async, ...instants];
}

function metadata(name: string, pid: number, tid: number, args: Arguments): TraceEvent {
  return { name, ph: 'M', pid, tid, args };
}

/** Where of two events at one time one goes: what begins goes before what ends, and what holds before what is held. */
function order(a: TraceEvent, b: TraceEvent): number {
  const at = (event: TraceEvent) => ('ts' in event ? event.ts : Number.NEGATIVE_INFINITY);
  const rank = { M: 0, X: 1, B: 1, b: 1, i: 2, s: 3, f: 4, E: 5, e: 5 };
  return at(a) - at(b) || rank[a.ph] - rank[b.ph];
}

/**
 * Makes a trace file.
 *
 * @param groups lanes with slices in ns
 * @param about what the trace is of; it goes along as `otherData`
 */
export function toTraceEvents(groups: readonly TraceGroup[], about: Arguments): TraceFile {
  const events = fromZero(groups).flatMap(({ name, lanes }, index) => {
    const pid = index + 1;
    const tracks = lanes.map((lane, at): Track => {
      const [nest, others] = nested(lane.slices);
      return { lane, tid: at + 1, nest, others };
    });
    return [
      metadata('process_name', pid, 0, { name }),
      metadata('process_sort_index', pid, 0, { sort_index: pid }),
      ...tracks.flatMap(({ lane, tid }) => [
        metadata('thread_name', pid, tid, { name: lane.name }),
        metadata('thread_sort_index', pid, tid, { sort_index: tid }),
      ]),
      ...tracks.flatMap(track => eventsOf(track, pid)),
      ...handovers(tracks, pid),
    ];
  });
  return { traceEvents: events.sort(order), displayTimeUnit: 'ns', otherData: about };
}

/** A trace file as its text. */
export function traceText(file: TraceFile): string {
  return `${JSON.stringify(file)}\n`;
}
