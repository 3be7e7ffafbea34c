/** Messages from a worker that has been taken over: read as a message of known form, or not at all. */
import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { Output } from '../output/output.ts';
import { readMessage, type WorkerMessage } from './messages.ts';

const FIELDS: Readonly<Record<WorkerMessage['type'], readonly string[]>> = {
  shown: ['type', 'item'],
  progress: ['type', 'fraction'],
  cut: ['type'],
  done: ['type'],
  failed: ['type', 'error'],
};

function judged(data: string): WorkerMessage | undefined {
  const message = readMessage(data);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  if (!message) return undefined;
  expect(Object.keys(message).sort()).toEqual([...FIELDS[message.type]].sort());
  if (message.type === 'progress') expect(Number.isFinite(message.fraction)).toBe(true);
  // A fresh value: nothing in it is anything but plain data.
  expect(JSON.parse(JSON.stringify(message))).toEqual(message);
  return message;
}

test('any text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), data => {
      judged(data);
    }),
  );
});

const number = fc.oneof(
  { weight: 2, arbitrary: fc.nat(6) },
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const whole = fc.oneof({ weight: 4, arbitrary: fc.nat(40) }, fc.maxSafeNat());
const word = fc.oneof(
  fc.string({ maxLength: 12 }),
  // The element is one that no figure draws by itself.
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    '\u202e',
    '<blink onclick="x">',
    '</script>',
    '"><img src="x">',
  ),
);
const value = fc.oneof(word, number, fc.boolean(), fc.constant(null));
const column = fc.record(
  { key: word, label: word, unit: word, digits: fc.nat(20) },
  { requiredKeys: ['key', 'label'] },
);
const rows = fc.array(fc.dictionary(word, value, { maxKeys: 4 }), { maxLength: 4 });
const kind = fc.constantFrom('shared', 'private', 'pinned', 'faulting', 'free', 'unmapped');
const slot = fc.oneof(whole, fc.constant(null));

/** What programs show, as the page takes it. */
const sound = fc.oneof(
  fc.record({ kind: fc.constant('log'), level: fc.constantFrom('log', 'warn', 'error'), text: word }),
  fc.record({ kind: fc.constant('table'), title: word, columns: fc.array(column, { maxLength: 4 }), rows }),
  fc.record(
    {
      kind: fc.constant('plot'),
      title: word,
      summary: word,
      mark: fc.constantFrom('line', 'dot', 'bar', 'stack', 'step'),
      x: column,
      y: column,
      rows,
      series: word,
      horizontal: fc.boolean(),
    },
    { requiredKeys: ['kind', 'title', 'summary', 'mark', 'x', 'y', 'rows'] },
  ),
  fc.record({
    kind: fc.constant('memory-map'),
    title: word,
    summary: word,
    ranges: fc.array(
      fc.record({ gfn: whole, pages: whole.map(n => Math.max(1, n)), kind, slot, backing: word }),
      { maxLength: 4 },
    ),
  }),
  fc.record({
    kind: fc.constant('timeline'),
    title: word,
    summary: word,
    lanes: fc.array(
      fc.record({
        name: word,
        slices: fc.array(
          fc.record({
            start: number,
            end: number,
            name: word,
            kind: fc.constantFrom('run', 'wait', 'hold', 'block', 'stall'),
          }),
          { maxLength: 3 },
        ),
      }),
      { maxLength: 3 },
    ),
  }),
  fc.record({
    kind: fc.constant('page-table'),
    title: word,
    summary: word,
    levels: fc.integer({ min: 1, max: 5 }),
    entries: fc.array(
      fc.record({
        root: word,
        gfn: whole,
        level: fc.integer({ min: 1, max: 5 }),
        kind,
        pfn: slot,
        bits: fc.array(fc.record({ name: word, where: word, value: word }), { maxLength: 2 }),
      }),
      { maxLength: 3 },
    ),
  }),
);

/** Another value, or one more, at a place within a value; each number chooses a key of its level. */
function spoilt(
  given: unknown,
  [choice, ...rest]: readonly number[],
  key: string | null,
  to: unknown,
): unknown {
  if (typeof given !== 'object' || given === null || choice === undefined) return to;
  const keys = Object.keys(given);
  const at =
    keys.length === 0 || (rest.length === 0 && key !== null) ? (key ?? '0') : keys[choice % keys.length];
  const inner = Object.hasOwn(given, at) ? (given as Record<string, unknown>)[at] : undefined;
  const entries = [
    ...Object.entries(given).filter(([name]) => name !== at),
    [at, spoilt(inner, rest, key, to)],
  ];
  return Array.isArray(given) ? entries.map(([, entry]) => entry) : Object.fromEntries(entries);
}

const items = fc.oneof(
  { weight: 4, arbitrary: sound },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        sound,
        fc.array(fc.nat(100), { minLength: 1, maxLength: 4 }),
        fc.option(word),
        fc.oneof(value, fc.double(), fc.anything()),
      )
      .map(([item, path, key, to]) => spoilt(item, path, key, to)),
  },
  fc.anything(),
);

const messages = fc.record(
  {
    type: fc.constantFrom('shown', 'progress', 'cut', 'done', 'failed', 'x'),
    item: items,
    fraction: fc.oneof(number, fc.double()),
    error: fc.record({ name: word, message: word, stack: word }, { requiredKeys: ['name'] }),
  },
  { requiredKeys: ['type'] },
);

function written(message: unknown): string {
  try {
    return JSON.stringify(message);
  } catch {
    // BigInts and cycles, of which JSON has none.
    return '{';
  }
}

test('any message of nearly the right form; and what is taken can be drawn, as text', async () => {
  let drawn = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        messages,
        items.map(item => ({ type: 'shown', item })),
      ),
      async given => {
        const message = judged(written(given));
        if (message?.type !== 'shown') return;
        drawn++;
        const { document } = parseHTML('<!doctype html><div></div>');
        const place = document.querySelector('div') as unknown as Element;
        const output = new Output(document as unknown as Document, place, 'u');
        output.add(message.item);
        await output.drawn();
        expect(place.querySelectorAll('script, blink, img, iframe, [onclick]')).toHaveLength(0);
        expect(place.childNodes.length).toBeGreaterThan(0);
      },
    ),
  );
  expect(drawn).toBeGreaterThan(5);
});
