/**
 * Raw deflate (RFC 1951) by the platform's own streams, which Node and all browsers have. Engines may choose different
 * encodings of the same bytes; every one of them inflates to the same.
 */

/** Why bytes could not be inflated. */
export class InflateError extends Error {
  readonly why: 'damaged' | 'too-big';

  constructor(why: 'damaged' | 'too-big') {
    super(why === 'damaged' ? 'the bytes are not deflated data' : 'the data inflates past its limit');
    this.name = 'InflateError';
    this.why = why;
  }
}

/** Compresses `bytes`. */
export async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return collect(streamOf(bytes).pipeThrough(new CompressionStream('deflate-raw')), Number.POSITIVE_INFINITY);
}

/**
 * Inflates `bytes`, giving up as soon as more than `limit` bytes have come out, so that a small text cannot fill the
 * memory.
 *
 * @throws InflateError
 */
export async function inflate(
  bytes: Uint8Array<ArrayBuffer>,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  return collect(streamOf(bytes).pipeThrough(new DecompressionStream('deflate-raw')), limit);
}

function streamOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}

async function collect(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const step = await reader.read().catch(() => {
      throw new InflateError('damaged');
    });
    if (step.done) break;
    total += step.value.length;
    if (total > limit) {
      // The stream may already have failed by itself; either way nobody reads it again.
      await reader.cancel().catch(() => undefined);
      throw new InflateError('too-big');
    }
    chunks.push(step.value);
  }
  const out = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}
