/** Links that somebody has tampered with: a checked state or a reason, never an exception, and soon. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32, toBase64Url } from './bytes.ts';
import { carried } from './carried.ts';
import { decodeLink, encodeLink } from './codec.ts';
import { deflate } from './deflate.ts';
import { LIMITS } from './state.ts';

async function judged(link: string): Promise<void> {
  const decoded = await decodeLink(link);
  if (!decoded.ok) {
    expect(decoded.message).toMatch(/\.$/);
    return;
  }
  for (const source of carried(decoded.state).values())
    expect(source.length).toBeLessThanOrEqual(LIMITS.source);
  // What is taken is in the one form in which it is written.
  expect(await encodeLink(decoded.state, decoded.model)).toBe(link);
}

test('any text', async () => {
  const texts = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.base64String({ maxLength: 300 }).map(text => `1.${text.replace(/=+$/, '')}`),
    fc.tuple(fc.nat(9), fc.string({ maxLength: 60 })).map(([format, text]) => `${format}.${text}`),
  );
  await fc.assert(fc.asyncProperty(texts, judged));
});

/** A link whose checksum is right, whatever it holds. */
async function sealed(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const packed = await deflate(bytes);
  const all = new Uint8Array(packed.length + 4);
  new DataView(all.buffer).setUint32(0, crc32(packed));
  all.set(packed, 4);
  return `1.${toBase64Url(all)}`;
}

const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value) ?? '');

test('any payload in a link that is otherwise sound', async () => {
  const words = fc.oneof(
    fc.string(),
    fc.constantFrom('program', 'pair', 'experiment', 'race', '1.0.0', 'a/b'),
  );
  const payloads = fc.oneof(
    fc.json().map(json => new TextEncoder().encode(json)),
    fc.uint8Array({ maxLength: 200 }),
    fc
      .record(
        {
          kind: words,
          model: words,
          source: fc.oneof(words, fc.anything()),
          left: words,
          right: fc.oneof(words, fc.anything()),
          page: words,
          ['__proto__']: words,
          id: words,
          values: fc.oneof(fc.dictionary(words, fc.oneof(fc.double(), words)), fc.anything()),
        },
        { requiredKeys: ['kind'] },
      )
      .map(given => {
        try {
          return text(given);
        } catch {
          // BigInts and cycles, of which JSON has none.
          return text({ kind: String(given.kind) });
        }
      }),
  );
  await fc.assert(fc.asyncProperty(payloads, async bytes => judged(await sealed(new Uint8Array(bytes)))));
});

test('a sound link with something changed', async () => {
  const sources = fc.tuple(fc.string({ maxLength: 80 }), fc.string({ maxLength: 80 }));
  const change = fc.tuple(
    fc.nat(),
    fc.constantFrom('cut', 'swap', 'double', 'put'),
    fc.string({ maxLength: 3 }),
  );
  await fc.assert(
    fc.asyncProperty(sources, change, async ([left, right], [where, how, put]) => {
      const link = await encodeLink({ kind: 'pair', left, right }, '1.0.0');
      const at = where % link.length;
      const [before, after] = [link.slice(0, at), link.slice(at)];
      const spoilt = {
        cut: before,
        swap: after + before,
        double: link + after,
        put: before + put + after.slice(1),
      }[how];
      await judged(spoilt);
    }),
  );
});
