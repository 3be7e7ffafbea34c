/** Takes a timeline out of the page, as a file or to Perfetto's own site. Loaded when somebody asks for it. */
import type { TimelineLane } from '../model/experiments/view.ts';
import { openInPerfetto } from './perfetto.ts';
import { saveFile } from './saveFile.ts';
import { lanesOfDrawing } from './timeline.ts';
import { toTraceEvents, traceText } from './traceEvents.ts';

/** Where a trace can go. */
export type Destination = 'save' | 'perfetto';

/**
 * Sends lanes to a file or to Perfetto.
 *
 * @returns what was done, as a sentence
 * @throws {Error} where the browser opened no window, or the other site did not answer
 */
export async function sendTrace(
  title: string,
  lanes: readonly TimelineLane[],
  to: Destination,
): Promise<string> {
  const { origin, pathname } = window.location;
  const text = traceText(toTraceEvents([{ name: title, lanes }], { title, page: origin + pathname }));
  if (to === 'save')
    return `Saved as ${saveFile(new Blob([text], { type: 'application/json' }), 'trace.json')}.`;
  await openInPerfetto(window, text, title);
  return 'Perfetto has the trace.';
}

/** Sends the timeline that a figure shows, and says in the figure what came of it. */
export async function takeTrace(figure: Element, to: Destination): Promise<void> {
  const drawing = figure.querySelector('svg.fl-lanes');
  const note = figure.querySelector('.fl-trace .fl-note');
  if (!drawing) return;
  const title = figure.querySelector('.fl-title')?.textContent ?? '';
  const says = await sendTrace(title, lanesOfDrawing(drawing), to).catch(
    error => `That failed: ${error instanceof Error ? error.message : error}.`,
  );
  if (note) note.textContent = says;
}
