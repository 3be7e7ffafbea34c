/**
 * The document of the frame in which programs run: a constant text with a policy of its own and one script.
 *
 * The frame has an opaque origin, so nothing of the site is within its reach, and its policy lets it load nothing. A
 * program does not run in this document either (a document could still navigate, and so send something out) but in a
 * worker that the script starts from a blob. The script passes on text, and only text, of a bounded size and number:
 * what a hostile worker posts is weighed here, in the frame's process, before the page has to look at it.
 */

/** The script of the frame's document. `BOOT_HASH` is its hash; change both together. */
export const BOOT = `
(() => {
  'use strict';
  const nonce = window.name;

  const begin = event => {
    if (event.source !== parent || event.data !== nonce || event.ports.length !== 1) return;
    removeEventListener('message', begin);
    const port = event.ports[0];
    port.onmessage = ({ data }) => {
      port.onmessage = null;
      run(port, data);
    };
    port.postMessage('R');
  };

  const run = (port, script) => {
    const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    const worker = new Worker(url);
    let messages = 0;
    const end = text => {
      worker.terminate();
      URL.revokeObjectURL(url);
      port.postMessage(text);
    };
    worker.onmessage = ({ data }) => {
      messages += 1;
      if (typeof data !== 'string') end('N');
      else if (data.length > 1100000 || messages > 2000) end('F');
      else port.postMessage('W' + data);
    };
    worker.onmessageerror = () => end('N');
    worker.onerror = event => {
      event.preventDefault();
      end('E' + JSON.stringify([String(event.message).slice(0, 4000), event.lineno | 0]));
    };
  };

  addEventListener('message', begin);
  parent.postMessage('ready ' + nonce, '*');
})();
`;

/** SHA-256 of {@link BOOT} as a policy's source expression. The site's own policy must allow it: a frame inherits it. */
export const BOOT_HASH = "'sha256-J47zPlBpW3bFfrzQgaDUf/fLyzZxn78H2TMaBAaFgQs='";

/** What the frame may do: run its own script and start workers from blobs. */
export const FRAME_POLICY = `default-src 'none'; script-src ${BOOT_HASH}; worker-src blob:; base-uri 'none'; form-action 'none'`;

/** What the site's policy must allow so that the frame's may take effect, by directive. */
export const SITE_POLICY_NEEDS = { 'script-src': [BOOT_HASH], 'worker-src': ["'self'", 'blob:'] } as const;

/** The only thing the frame is allowed. */
export const SANDBOX = 'allow-scripts';

/** The frame's document. */
export const DOCUMENT = `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${FRAME_POLICY}"><title>Program</title><script>${BOOT}</script>`;
