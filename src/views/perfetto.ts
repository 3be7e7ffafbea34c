/**
 * Hands a trace to Perfetto's own site in a window of its own, as its documentation on deep linking says: the page asks
 * PING until the other answers PONG, then posts the trace.
 * https://perfetto.dev/docs/visualization/deep-linking-to-perfetto-ui
 */

/** The site of others to which the trace goes. */
export const PERFETTO = 'https://ui.perfetto.dev';

/** How often it is asked whether it is there, and for how long, in ms. */
const EVERY = 50;
const PATIENCE = 30_000;

/** What of a window this needs. */
export type Opener = Pick<
  Window,
  'open' | 'addEventListener' | 'removeEventListener' | 'setInterval' | 'clearInterval'
>;

/**
 * Opens Perfetto with a trace.
 *
 * @param page the window in which a reader has just asked for it
 * @throws {Error} where no window was opened, it was closed, or nobody answered
 */
export function openInPerfetto(page: Opener, text: string, title: string): Promise<void> {
  const other = page.open(PERFETTO);
  if (!other) return Promise.reject(new Error('the browser did not let this page open a window'));
  return new Promise((resolve, reject) => {
    let asked = 0;
    const end = (error?: Error) => {
      page.clearInterval(timer);
      page.removeEventListener('message', hear);
      if (error) reject(error);
      else resolve();
    };
    const hear = ({ source, origin, data }: MessageEvent) => {
      if (source !== other || origin !== PERFETTO || data !== 'PONG') return;
      const { buffer } = new TextEncoder().encode(text);
      other.postMessage({ perfetto: { buffer, title, fileName: 'trace.json' } }, PERFETTO);
      end();
    };
    const timer = page.setInterval(() => {
      asked += 1;
      if (other.closed) end(new Error('the window was closed'));
      else if (asked > PATIENCE / EVERY) end(new Error(`${PERFETTO} did not answer; is there a network?`));
      else other.postMessage('PING', PERFETTO);
    }, EVERY);
    page.addEventListener('message', hear);
  });
}
