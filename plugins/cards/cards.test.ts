import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodePng, inked, type Picture } from '../../e2e/support/png.ts';
import type { PlotView } from '../../src/model/experiments/view.ts';
import { drawFigure } from '../../src/views/index.ts';
import { CARD, escaped } from './card.ts';
import { painter } from './index.ts';
import { broken, type Measure, measureOf } from './measure.ts';
import { withCard } from './metadata.ts';

let cache: string;
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'cards-'));
});
afterAll(() => rmSync(cache, { recursive: true }));

const plot: PlotView = {
  kind: 'plot',
  mark: 'line',
  title: 'Pages against time',
  summary: 'More pages take longer.',
  x: { key: 'x', label: 'Pages' },
  y: { key: 'y', label: 'Time', unit: 's' },
  series: 'who',
  rows: [
    { x: 1, y: 2, who: 'first <one>' },
    { x: 5, y: 9, who: 'first <one>' },
    { x: 1, y: 3, who: 'second' },
    { x: 5, y: 4, who: 'second' },
  ],
};

async function pageWith(view?: PlotView): Promise<string> {
  const { document } = parseHTML('<body></body>');
  const figure = view ? (await drawFigure(document as unknown as Document, view, 'f')).outerHTML : '';
  return `<!doctype html><html><head><title>Whose pages? | Faultlines</title>
<meta name="description" content="Pages &amp; whose they are."></head><body><main><h1>Whose pages?</h1>${figure}</main></body></html>`;
}

/** How many points of a picture are of a colour, as #rrggbb. */
function count({ points }: Picture, colour: string): number {
  const [r, g, b] = [1, 3, 5].map(at => Number.parseInt(colour.slice(at, at + 2), 16));
  let sum = 0;
  for (let at = 0; at < points.length; at += 4)
    if (points[at] === r && points[at + 1] === g && points[at + 2] === b) sum++;
  return sum;
}

describe('a card', () => {
  test('shows the page’s figure in the colours of the page', async () => {
    const { paint, faceOf } = painter('Faultlines', cache);
    const face = faceOf(await pageWith(plot));
    expect(face).toMatchObject({ title: 'Whose pages?', line: 'Pages & whose they are.' });
    expect(face.figure?.legend.map(({ label }) => label)).toEqual(['first <one>', 'second']);
    const card = decodePng(await paint(face));
    expect([card.width, card.height]).toEqual([CARD.width, CARD.height]);
    expect(count(card, '#0e716c')).toBeGreaterThan(500);
    expect(count(card, '#8f6206')).toBeGreaterThan(500);
    // With nothing but words, neither is there.
    const plain = decodePng(await paint({ ...face, figure: undefined }));
    expect(count(plain, '#0e716c') + count(plain, '#8f6206')).toBe(0);
    expect(inked(plain)).toBeGreaterThan(0.02);
  });

  test('is the same, byte for byte, drawn again or kept', async () => {
    const other = mkdtempSync(join(tmpdir(), 'cards-'));
    try {
      const html = await pageWith(plot);
      const [first, second] = [cache, other].map(folder => painter('Faultlines', folder));
      const drawn = await first.paint(first.faceOf(html));
      expect(Buffer.compare(await second.paint(second.faceOf(html)), drawn)).toBe(0);
      expect(Buffer.compare(await second.paint(second.faceOf(html)), drawn)).toBe(0);
      expect(readdirSync(other)).toHaveLength(1);
    } finally {
      rmSync(other, { recursive: true });
    }
  });
});

describe('the page', () => {
  const face = { title: 'A "title"', line: 'What it is about.' };
  const page = '<html><head><title>A</title></head><body></body></html>';

  test('names its card, and says what is on it', () => {
    const { document } = parseHTML(withCard(page, 'https://example.org/x/a.png', face, CARD));
    const said = [...document.querySelectorAll('meta')].map(meta => [
      meta.getAttribute('property') ?? meta.getAttribute('name'),
      meta.getAttribute('content'),
    ]);
    expect(said).toEqual([
      ['og:image', 'https://example.org/x/a.png'],
      ['og:image:type', 'image/png'],
      ['og:image:width', '1200'],
      ['og:image:height', '630'],
      ['og:image:alt', 'A "title". What it is about.'],
      ['twitter:image', 'https://example.org/x/a.png'],
      ['twitter:image:alt', 'A "title". What it is about.'],
    ]);
  });

  test('that names one already, or has no head, is refused', () => {
    const once = withCard(page, 'https://example.org/a.png', face, CARD);
    expect(() => withCard(once, 'https://example.org/a.png', face, CARD)).toThrow('already');
    expect(() => withCard('<p>', 'https://example.org/a.png', face, CARD)).toThrow('no </head>');
  });
});

describe('text', () => {
  const folder = dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json'));
  let measure: Measure;
  beforeAll(() => {
    measure = measureOf(readFileSync(join(folder, 'ttf/DejaVuSansMono.ttf')));
  });

  test('is as wide as the font says', () => {
    // Every character of a monospaced font is as wide as any other: 1233 of 2048 units.
    expect(measure('i→Ω')).toBeCloseTo((3 * 1233) / 2048, 6);
    expect(() => measureOf(new Uint8Array(64))).toThrow('no table "head"');
  });

  test('goes on in the next line, and ends in an ellipsis where there is none', () => {
    const ten = 10 * measure('i') + 0.001;
    expect(broken('one two three', measure, ten, 3)).toEqual(['one two', 'three']);
    expect(broken('one two three fours', measure, ten, 2)).toEqual(['one two', 'three…']);
    expect(broken('KVM_SET_MEMORY_ATTRIBUTES', measure, ten, 1)).toEqual(['KVM_SET_M…']);
    expect(broken('', measure, ten, 2)).toEqual([]);
  });

  test('cannot become markup', () => {
    expect(escaped('<a href="&">')).toBe('&lt;a href=&quot;&amp;&quot;&gt;');
  });
});
