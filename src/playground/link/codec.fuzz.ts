/** Whatever a link holds, the decoder answers with a checked state or a reason; what the encoder writes, it reads. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc32, toBase64Url } from './bytes.ts';
import { decodeLink, encodeLink } from './codec.ts';
import { deflate } from './deflate.ts';
import { LIMITS, type LinkState } from './state.ts';

/** Packs any JSON text as a link would, right checksum and all, as somebody hostile would. */
async function forge(text: string | Uint8Array<ArrayBuffer>, format = '1'): Promise<string> {
  const packed = await deflate(typeof text === 'string' ? new TextEncoder().encode(text) : text);
  return seal(packed, format);
}

function seal(packed: Uint8Array, format = '1'): string {
  const bytes = new Uint8Array(packed.length + 4);
  new DataView(bytes.buffer).setUint32(0, crc32(packed));
  bytes.set(packed, 4);
  return `${format}.${toBase64Url(bytes)}`;
}

const word = fc.stringMatching(/^[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}$/);
const id = fc.tuple(word, word).map(([a, b]) => `${a}/${b}`);
const text = fc.string({ unit: 'grapheme', maxLength: 150 }).filter(t => t.length <= LIMITS.text);
const value = fc.oneof(
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(n => (n === 0 ? 0 : n)),
  fc.integer(),
  text,
);
const param = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9]{0,20}$/);
const values = fc.dictionary(param, value, { maxKeys: 12, noNullPrototype: true });
const sweep = fc
  .dictionary(param, text, { minKeys: 1, maxKeys: LIMITS.swept, noNullPrototype: true })
  .chain(lists =>
    fc.record(
      { across: fc.constantFrom(...Object.keys(lists)), lists: fc.constant(lists), measure: param },
      { requiredKeys: ['across', 'lists'] },
    ),
  );
const state: fc.Arbitrary<LinkState> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('experiment' as const),
      id,
      values,
      compare: fc.record({ values, cursor: fc.nat(LIMITS.thousandths) }),
      sweep,
    },
    { requiredKeys: ['kind', 'id', 'values'] },
  ),
  fc.record(
    {
      kind: fc.constant('program' as const),
      page: id,
      source: fc.string({ unit: 'grapheme', maxLength: 3000 }),
    },
    { requiredKeys: ['kind', 'source'] },
  ),
  fc.record({
    kind: fc.constant('race' as const),
    id,
    design: word,
    schedule: fc.stringMatching(/^[0-9a-z.]{0,300}$/),
    cursor: fc.nat(LIMITS.cursor),
  }),
  fc.record({
    kind: fc.constant('race' as const),
    id,
    design: word,
    schedule: fc.stringMatching(/^[0-9a-z.]{0,300}$/),
    cursor: fc.nat(LIMITS.cursor),
    beside: word,
  }),
);

describe('what goes in comes out', () => {
  test('for every state', async () => {
    await fc.assert(
      fc.asyncProperty(state, async s => {
        const link = await encodeLink(s, '1.2.3');
        expect(link).toMatch(/^1\.[A-Za-z0-9_-]+$/);
        expect(await decodeLink(link)).toEqual({ ok: true, state: s, model: '1.2.3' });
      }),
    );
  });
});

describe('hostile text ends in an answer', () => {
  test('any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), async junk => {
        expect((await decodeLink(junk)).ok).toBe(false);
      }),
    );
  });

  test('any bytes with a right checksum', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async bytes => {
        expect((await decodeLink(seal(bytes))).ok).toBe(false);
      }),
    );
  });

  test('any JSON with a right checksum', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 4 }), async json => {
        expect((await decodeLink(await forge(json))).ok).toBe(false);
      }),
    );
  });

  test('no prototype has changed by then', () => {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
});

describe('a link that was changed on the way', () => {
  test('in any of its characters is refused, or says what it said', async () => {
    await fc.assert(
      fc.asyncProperty(state, fc.nat(), fc.string({ minLength: 1, maxLength: 3 }), async (s, at, other) => {
        const link = await encodeLink(s, '1.2.3');
        const place = at % link.length;
        const changed = link.slice(0, place) + other + link.slice(place + other.length);
        const decoded = await decodeLink(changed);
        if (decoded.ok) expect(changed).toBe(link);
        else expect(decoded.message).toMatch(/^The link .*\.$/);
      }),
    );
  });
});
