import { writeFileSync } from 'node:fs';
import type { AnyValues } from '../model/experiments/params.ts';
import type { Row } from '../model/experiments/view.ts';
import { type AnyExperiment, MODEL_VERSION } from '../model/index.ts';
import { toTraceEvents, traceText } from '../views/traceEvents.ts';
import { UsageError } from './arguments.ts';

/**
 * Writes what a run shows over time as Chrome trace-event JSON, a process a timeline.
 *
 * @throws UsageError where the experiment has no timeline, or the file cannot be written.
 */
export function writeTrace(
  file: string,
  { id, views }: AnyExperiment,
  rows: readonly Row[],
  values: AnyValues,
): void {
  const groups = views(rows, values).flatMap(view =>
    view.kind === 'timeline' ? [{ name: view.title, lanes: view.lanes }] : [],
  );
  if (groups.length === 0) throw new UsageError(`${id} shows nothing over time, so it has no trace`);
  const about = {
    experiment: id,
    model: MODEL_VERSION,
    ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`param.${name}`, String(value)])),
  };
  try {
    writeFileSync(file, traceText(toTraceEvents(groups, about)));
  } catch (error) {
    throw new UsageError(`${file} cannot be written: ${error instanceof Error ? error.message : error}`);
  }
}
