/** The rules of the trace-event format, as far as viewers depend on them: what our own files are held against. */
import type { TraceEvent, TraceFile } from './traceEvents.ts';

/** Back in whole ns: a viewer does the same, and sums of fractions of µs are not exact. */
const ns = (us: number) => Math.round(us * 1000);

type Timed = Exclude<TraceEvent, { ph: 'M' }>;

function trackOf({ pid, tid }: TraceEvent): string {
  return `${pid}.${tid}`;
}

function byTrack(events: readonly Timed[]): Map<string, Timed[]> {
  const tracks = new Map<string, Timed[]>();
  for (const event of events) {
    const track = trackOf(event);
    tracks.set(track, [...(tracks.get(track) ?? []), event]);
  }
  return tracks;
}

function fields(events: readonly TraceEvent[]): string[] {
  return events.flatMap((event, index) => {
    const wrong: string[] = [];
    if (typeof event.name !== 'string' || event.name === '') wrong.push('has no name');
    if (!Number.isInteger(event.pid) || !Number.isInteger(event.tid)) wrong.push('has no pid and tid');
    if (event.ph !== 'M' && !(Number.isFinite(event.ts) && event.ts >= 0))
      wrong.push('has no time from 0 on');
    if (event.ph === 'X' && !(Number.isFinite(event.dur) && event.dur >= 0)) wrong.push('has no duration');
    return wrong.map(what => `event ${index} ${what}`);
  });
}

function monotone(track: string, events: readonly Timed[]): string[] {
  return events.some((event, index) => index > 0 && event.ts < events[index - 1].ts)
    ? [`track ${track}: times go back`]
    : [];
}

/** Every E ends the B before it, by name, and none is left open. */
function balanced(track: string, events: readonly Timed[]): string[] {
  const open: string[] = [];
  for (const { ph, name } of events) {
    if (ph === 'B') open.push(name);
    else if (ph === 'E' && open.pop() !== name) return [`track ${track}: an E of ${name} ends no B`];
  }
  return open.length > 0 ? [`track ${track}: the B of ${open.join(', ')} has no E`] : [];
}

/** X slices lie beside or inside one another. */
function nest(track: string, events: readonly Timed[]): string[] {
  const ends: number[] = [];
  const slices = events
    .filter(event => event.ph === 'X')
    .map(({ ts, dur, name }) => ({ start: ns(ts), end: ns(ts + dur), name }))
    .sort((a, b) => a.start - b.start || b.end - a.end);
  return slices.flatMap(({ start, end, name }) => {
    while (ends.length > 0 && ends[ends.length - 1] <= start) ends.pop();
    const around = ends.at(-1);
    if (around !== undefined && end > around) return [`track ${track}: ${name} overlaps what it begins in`];
    ends.push(end);
    return [];
  });
}

/** Begins and ends that are matched by category and id: async events, and flows. */
function paired(events: readonly Timed[], [begin, end]: readonly ['b', 'e'] | readonly ['s', 'f']): string[] {
  const open = new Map<string, number>();
  const wrong: string[] = [];
  for (const event of events) {
    if (event.ph !== begin && event.ph !== end) continue;
    const key = `${event.cat} ${'id' in event ? event.id : ''}`;
    if (event.ph === begin) {
      if (open.has(key)) wrong.push(`${begin} of ${key} begins twice`);
      open.set(key, event.ts);
    } else if (!open.delete(key)) wrong.push(`${end} of ${key} has no ${begin} before it`);
  }
  return [...wrong, ...[...open.keys()].map(key => `${begin} of ${key} has no ${end}`)];
}

/** Both ends of a flow lie in a slice of their track: else a viewer draws no arrow. */
function bound(tracks: ReadonlyMap<string, readonly Timed[]>): string[] {
  return [...tracks].flatMap(([track, events]) =>
    events
      .filter(({ ph }) => ph === 's' || ph === 'f')
      .filter(
        ({ ts }) =>
          !events.some(
            event => event.ph === 'X' && ns(event.ts) <= ns(ts) && ns(ts) <= ns(event.ts + event.dur),
          ),
      )
      .map(({ ph, name }) => `track ${track}: the ${ph} of ${name} lies in no slice`),
  );
}

/** Every process and every track has a name. */
function named(events: readonly TraceEvent[], tracks: Iterable<string>): string[] {
  const of = (name: string) =>
    new Set(events.filter(event => event.ph === 'M' && event.name === name).map(trackOf));
  const threads = of('thread_name');
  const processes = new Set([...of('process_name')].map(track => track.split('.')[0]));
  return [...tracks].flatMap(track => [
    ...(threads.has(track) ? [] : [`track ${track} has no thread_name`]),
    ...(processes.has(track.split('.')[0]) ? [] : [`track ${track} has no process_name`]),
  ]);
}

/** What a trace file breaks, a sentence each; nothing where it is sound. */
export function brokenRules({ traceEvents, displayTimeUnit }: TraceFile): string[] {
  const timed = traceEvents.filter(event => event.ph !== 'M');
  const tracks = byTrack(timed);
  return [
    ...(['ns', 'ms'].includes(displayTimeUnit) ? [] : ['displayTimeUnit is neither ns nor ms']),
    ...fields(traceEvents),
    ...[...tracks].flatMap(([track, events]) => [
      ...monotone(track, events),
      ...balanced(track, events),
      ...nest(track, events),
    ]),
    ...paired(timed, ['b', 'e']),
    ...paired(timed, ['s', 'f']),
    ...bound(tracks),
    ...named(traceEvents, tracks.keys()),
  ];
}
