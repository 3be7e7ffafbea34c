import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc32, fromBase64Url, toBase64Url } from './bytes.ts';
import { decodeLink, encodeLink, LinkError } from './codec.ts';
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

async function why(link: string): Promise<string> {
  const decoded = await decodeLink(link);
  return decoded.ok ? 'ok' : decoded.why;
}

describe('what goes in comes out', () => {
  test('and the order in which fields were set does not show', async () => {
    const one = await encodeLink({ kind: 'experiment', id: 'a/b', values: { x: 1, y: true } }, '1.0.0');
    const two = await encodeLink({ values: { y: true, x: 1 }, id: 'a/b', kind: 'experiment' }, '1.0.0');
    expect(two).toBe(one);
  });

  test('a program of ordinary size makes a link that can be pasted anywhere', async () => {
    const source = Array.from(
      { length: 60 },
      (_, i) => `const rows${i} = run(${(i * 37) % 11}).map(row => row.bytes / 1024);`,
    ).join('\n');
    expect((await encodeLink({ kind: 'program', page: 'a/b', source }, '1.0.0')).length).toBeLessThan(2000);
  });
});

describe('the writer refuses', () => {
  test.each<[string, LinkState, string]>([
    ['half a surrogate pair', { kind: 'program', source: 'a\ud800' }, 'field'],
    ['a number that is not finite', { kind: 'experiment', id: 'a/b', values: { x: Number.NaN } }, 'field'],
    ['an id of another form', { kind: 'experiment', id: '../etc', values: {} }, 'field'],
    ['a program past its limit', { kind: 'program', source: 'x'.repeat(LIMITS.source + 1) }, 'field'],
    ['a program that does not deflate enough', { kind: 'program', source: noise(30_000) }, 'too-long'],
  ])('%s', async (_, bad, fault) => {
    const error = await encodeLink(bad, '1.0.0').catch(e => e);
    expect(error).toBeInstanceOf(LinkError);
    expect(error.why).toBe(fault);
  });
});

/** Text that does not compress, the same each time. */
function noise(length: number): string {
  let seed = 1;
  let out = '';
  for (let i = 0; i < length; i++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    out += String.fromCharCode(33 + ((seed >>> 16) % 90));
  }
  return out;
}

describe('the reader refuses, each with its own reason', () => {
  const good = '{"id":"a/b","kind":"experiment","model":"1.0.0","values":{}}';
  const program = (source: string) => `{"kind":"program","model":"1.0.0","source":${source}}`;
  const values = (inner: string) => `{"id":"a/b","kind":"experiment","model":"1.0.0","values":{${inner}}}`;

  test('only what is wrong', async () => {
    expect(await why(await forge(good))).toBe('ok');
  });

  test.each([
    ['nothing', '', 'damaged'],
    ['no version', 'AAAA', 'damaged'],
    ['version 0', '0.AAAA', 'damaged'],
    ['a version that is no number', 'x.AAAA', 'damaged'],
    ['a newer version', '2.AAAA', 'newer'],
    ['no bytes', '1.', 'damaged'],
    ['letters outside the alphabet', '1.AA+/AAAA', 'damaged'],
    ['a percent sign', '1.%', 'damaged'],
    ['a megabyte of text', `1.${'A'.repeat(1_000_000)}`, 'too-long'],
  ])('%s', async (_, link, fault) => {
    expect(await why(link)).toBe(fault);
  });

  test.each([
    ['text that is not JSON', 'hello', 'damaged'],
    ['JSON that is no object', '[1]', 'field'],
    ['null', 'null', 'field'],
    ['a kind of the future', '{"kind":"movie","model":"1.0.0"}', 'unknown-kind'],
    ['no model', '{"id":"a/b","kind":"experiment","values":{}}', 'field'],
    ['a field more', '{"extra":1,"id":"a/b","kind":"experiment","model":"1.0.0","values":{}}', 'field'],
    [
      '__proto__',
      '{"__proto__":{"x":1},"id":"a/b","kind":"experiment","model":"1.0.0","values":{}}',
      'field',
    ],
    ['__proto__ as a value', values('"__proto__":1'), 'field'],
    ['constructor as a field', '{"constructor":1,"kind":"program","model":"1.0.0","source":""}', 'field'],
    ['a number past the range', values('"x":1e999'), 'field'],
    ['NaN', values('"x":NaN'), 'damaged'],
    ['null as a value', values('"x":null'), 'field'],
    ['a list as a value', values('"x":[1]'), 'field'],
    ['too many values', values(Array.from({ length: 65 }, (_, i) => `"x${i}":1`).join()), 'field'],
    ['half a surrogate pair', program('"a\\ud800b"'), 'field'],
    ['a source that is no text', program('5'), 'field'],
    ['a page that climbs', '{"kind":"program","model":"1.0.0","page":"../../x","source":""}', 'field'],
    [
      'a cursor out of range',
      '{"cursor":1e9,"design":"x","id":"a/b","kind":"race","model":"1.0.0","schedule":""}',
      'field',
    ],
    ['white space', good.replace(':', ': '), 'not-ours'],
    ['fields in another order', '{"kind":"experiment","id":"a/b","model":"1.0.0","values":{}}', 'not-ours'],
    ['a field twice', values('"x":1,"x":2'), 'not-ours'],
    ['a number written another way', values('"x":1.0'), 'not-ours'],
    ['a byte order mark', `\ufeff${good}`, 'damaged'],
    ['brackets without end', '['.repeat(100_000), 'damaged'],
  ])('%s', async (_, json, fault) => {
    expect(await why(await forge(json))).toBe(fault);
  });

  test('bytes that are not UTF-8', async () => {
    expect(await why(await forge(new Uint8Array([0xff, 0xfe, 0x22])))).toBe('damaged');
  });

  test('a bomb, before it has gone off', async () => {
    const bomb = await forge(new Uint8Array(8_000_000));
    expect(bomb.length).toBeLessThan(LIMITS.encoded);
    expect(await why(bomb)).toBe('too-big');
  });

  test('every way of cutting it short', async () => {
    const link = await encodeLink({ kind: 'program', source: 'show.log("hello, hello, hello")' }, '1.0.0');
    for (let length = 0; length < link.length; length++)
      expect(await why(link.slice(0, length))).toBe('damaged');
  });

  test('every change of one letter', async () => {
    const link = await encodeLink({ kind: 'program', source: 'show.log("hello, hello, hello")' }, '1.0.0');
    for (let at = 2; at < link.length; at++) {
      const other = link[at] === 'A' ? 'B' : 'A';
      expect(await why(link.slice(0, at) + other + link.slice(at + 1))).toBe('damaged');
    }
  });
});

test('base64url is its own inverse and has one form a value', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), bytes => {
      const encoded = toBase64Url(bytes);
      expect(encoded).toBe(Buffer.from(bytes).toString('base64url'));
      expect(fromBase64Url(encoded)).toEqual(bytes);
    }),
  );
  expect(fromBase64Url('AB')).toBeUndefined();
});
