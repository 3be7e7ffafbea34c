/** What a reader takes away from an experiment: its rows and its figure. Loaded when first asked for. */
import { rowsToCsv } from '../../model/experiments/csv.ts';
import type { AnyValues } from '../../model/experiments/params.ts';
import { saveFile } from '../../views/saveFile.ts';
import { pngOf, standaloneSvg } from '../../views/standalone.ts';
import type { RunReply, RunRequest } from './messages.ts';
import { startWorker } from './startWorker.ts';

export type Format = 'csv' | 'json' | 'svg' | 'png';

/** Runs an experiment once more, by itself: what is saved is what these very values give. */
function runOnce(id: string, values: AnyValues): Promise<Extract<RunReply, { kind: 'done' }>> {
  return new Promise((resolve, reject) => {
    const worker = startWorker();
    const request: RunRequest = { run: 0, id, values };
    worker.addEventListener('message', ({ data }: MessageEvent<RunReply>) => {
      if (data.kind === 'progress') return;
      worker.terminate();
      if (data.kind === 'done') resolve(data);
      else reject(new Error(data.message));
    });
    worker.addEventListener('error', event => {
      event.preventDefault();
      worker.terminate();
      reject(new Error(event.message || 'the script that runs experiments could not be loaded'));
    });
    worker.postMessage(request);
  });
}

/** Of the drawings for different widths, the one that is shown. */
function shownDrawing(frame: Element | null): SVGSVGElement {
  const drawings = [...(frame?.querySelectorAll<SVGSVGElement>('.fl-drawing svg') ?? [])];
  const shown = drawings.find(drawing => drawing.getBoundingClientRect().width > 0);
  if (!shown) throw new Error('this experiment has no figure, only tables');
  return shown;
}

async function contentOf(
  format: Format,
  id: string,
  values: AnyValues,
  frame: Element | null,
): Promise<Blob> {
  if (format === 'svg') return new Blob([standaloneSvg(shownDrawing(frame))], { type: 'image/svg+xml' });
  if (format === 'png') return pngOf(standaloneSvg(shownDrawing(frame)));
  const { rows, outcome } = await runOnce(id, values);
  if (format === 'csv') return new Blob([rowsToCsv(rows)], { type: 'text/csv' });
  // The form that `lab run --json` prints.
  const result = { experiment: id, params: values, rows, evidence: outcome.evidence };
  return new Blob([`${JSON.stringify(result, null, 2)}\n`], { type: 'application/json' });
}

/**
 * Saves a file of an experiment as it stands.
 *
 * @param frame where its first figure is
 * @returns the file's name
 * @throws {Error} where there is nothing to save
 */
export async function save(
  format: Format,
  id: string,
  values: AnyValues,
  frame: Element | null,
): Promise<string> {
  const content = await contentOf(format, id, values, frame);
  return saveFile(content, `${id.replaceAll('/', '-')}.${format}`);
}
