/** One frame, from its making to its removal. It holds one program, once. */
import { DOCUMENT, SANDBOX } from './frame.ts';

/** A frame that has come up, or will. */
export interface Host {
  /** The channel to the frame; rejects where the frame does not come up. */
  readonly port: Promise<MessagePort>;
  /** Takes the frame away, and with it its worker and its blobs. May be called more than once. */
  remove(): void;
}

/**
 * Makes a frame.
 *
 * @param bootMs wall time in ms that it may take to come up.
 */
export function makeHost(bootMs: number): Host {
  const frame = document.createElement('iframe');
  const nonce = [...crypto.getRandomValues(new Uint32Array(4))].map(word => word.toString(36)).join('-');
  // The token first: it takes effect when the document is loaded.
  frame.setAttribute('sandbox', SANDBOX);
  frame.name = nonce;
  frame.title = 'Program';
  frame.referrerPolicy = 'no-referrer';
  frame.hidden = true;
  frame.srcdoc = DOCUMENT;

  let cleanUp = () => {};
  const port = new Promise<MessagePort>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The frame for programs did not start.')), bootMs);
    let ours: MessagePort | undefined;
    // The frame's origin is opaque, so that it is the frame can only be told by its window and the nonce it was given.
    const onReady = (event: MessageEvent) => {
      if (event.source !== frame.contentWindow || event.data !== `ready ${nonce}`) return;
      removeEventListener('message', onReady);
      const channel = new MessageChannel();
      ours = channel.port1;
      ours.onmessage = ({ data }) => {
        if (data !== 'R') return;
        clearTimeout(timer);
        resolve(channel.port1);
      };
      frame.contentWindow?.postMessage(nonce, '*', [channel.port2]);
    };
    addEventListener('message', onReady);
    cleanUp = () => {
      clearTimeout(timer);
      removeEventListener('message', onReady);
      if (ours) ours.onmessage = null;
      ours?.close();
      reject(new Error('The frame for programs was removed.'));
    };
  });
  // Who removes a frame before it is up does not wait for its port.
  port.catch(() => undefined);
  document.body.append(frame);
  return {
    port,
    remove() {
      cleanUp();
      frame.remove();
    },
  };
}
