import { broken, type Measure } from './measure.ts';
import { type Rule, rulesOf, writeStyles } from './styles.ts';

/** Size of a card in pixels: what those who show links ask for. */
export const CARD = { width: 1200, height: 630 } as const;

/** Family of the type on cards; the drawing is given its files. */
export const FAMILY = 'DejaVu Sans Condensed';

/** Widths of the two weights of {@link FAMILY}. */
export interface Type {
  readonly regular: Measure;
  readonly bold: Measure;
}

/** What stands on the card of a page. */
export interface Face {
  readonly title: string;
  /** What the page is about, in a sentence. */
  readonly line: string;
  readonly figure?: Figure;
}

/** A figure of a page, as SVG that needs no style sheet. */
export interface Figure {
  readonly title: string;
  readonly summary: string;
  readonly drawing: string;
  /** Of the drawing, in its own pixels. */
  readonly width: number;
  readonly height: number;
  readonly legend: readonly Entry[];
}

interface Entry {
  readonly swatch: string;
  readonly label: string;
}

/** The colours of a card, by what they are for. */
export interface Colours {
  readonly paper: string;
  readonly surface: string;
  readonly rule: string;
  readonly ink: string;
  readonly muted: string;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as it stands in SVG or HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, character => entities[character]);
}

/** The children of an element as SVG text. */
function inside(element: Element): string {
  return [...element.childNodes].map(node => serialized(node)).join('');
}

/** A node as XML: what HTML leaves open is closed, and every attribute stands in quotes. */
function serialized(node: ChildNode): string {
  if (node.nodeType === 3) return escaped(node.textContent ?? '');
  if (node.nodeType !== 1) return '';
  const element = node as Element;
  // What a pointer would bring up is no part of a picture.
  if (element.localName === 'title') return '';
  const attributes = [...element.attributes]
    .filter(({ name }) => !/^(?:class|role|aria-.*|tabindex|data-.*|style|xmlns)$/.test(name))
    .map(({ name, value }) => ` ${name}="${escaped(value)}"`);
  const name = element.localName;
  return `<${name}${attributes.join('')}>${inside(element)}</${name}>`;
}

/**
 * The figure that stands for a page: the first of it that is a drawing.
 *
 * @param document of the page as it was built
 * @param css the site's style sheets for drawings
 */
export function figureOf(document: Document, css: string): Figure | undefined {
  const drawing = document.querySelector('main figure .fl-narrow > svg');
  const figure = drawing?.closest('figure');
  if (!drawing || !figure) return undefined;
  const rules: readonly Rule[] = rulesOf(css);
  const entries = [...figure.querySelectorAll('.fl-legend > .fl-entry')];
  for (const svg of [drawing, ...entries.flatMap(entry => [...entry.querySelectorAll('svg')])])
    writeStyles(svg, rules);
  const [, , width, height] = (drawing.getAttribute('viewBox') ?? '').split(/[ ,]+/).map(Number);
  if (!(width > 0 && height > 0)) throw new Error('the first figure of the page says no size');
  return {
    title: figure.querySelector('figcaption')?.textContent ?? '',
    summary: drawing.getAttribute('aria-label') ?? '',
    drawing: group(drawing),
    width,
    height,
    legend: entries.map(entry => {
      const swatch = entry.querySelector('svg');
      return { swatch: swatch ? group(swatch) : '', label: entry.textContent ?? '' };
    }),
  };
}

/** A drawing as a group, with what its outermost element says of all inside. */
function group(drawing: Element): string {
  const handed = ['fill', 'stroke', 'stroke-width', 'font-size', 'text-anchor', 'color']
    .filter(name => drawing.hasAttribute(name))
    .map(name => ` ${name}="${escaped(drawing.getAttribute(name) ?? '')}"`);
  return `<g${handed.join('')}>${inside(drawing)}</g>`;
}

interface Words {
  readonly x: number;
  /** Of the first line's top. */
  readonly y: number;
  readonly size: number;
  readonly leading: number;
  readonly fill: string;
  readonly bold?: boolean;
}

function lines(text: readonly string[], { x, y, size, leading, fill, bold }: Words): string {
  const weight = bold ? ' font-weight="700"' : '';
  return text
    .map(
      (line, index) =>
        `<text x="${x}" y="${Math.round(y + size * 0.8 + index * size * leading)}" font-size="${size}" fill="${fill}"${weight}>${escaped(line)}</text>`,
    )
    .join('');
}

const EDGE = 56;
/** Where the words of a card with a figure end, and its panel begins. */
const COLUMN = { words: 430, panel: 524 } as const;

/** The name of the site, at the top of every card. */
function masthead(name: string, logo: string, colours: Colours): string {
  return [
    `<g transform="translate(${EDGE} 44) scale(1.5)">${logo}</g>`,
    lines([name], { x: EDGE + 64, y: 53, size: 30, leading: 1, fill: colours.ink, bold: true }),
  ].join('');
}

/** Legend entries in rows, and how high they are together. */
function legendOf(
  figure: Figure,
  type: Type,
  colours: Colours,
  width: number,
): { svg: string; height: number } {
  const size = 19;
  const row = 29;
  let x = 0;
  let y = 0;
  const parts: string[] = [];
  for (const { swatch, label } of figure.legend) {
    const own = 46 + type.regular(label) * size + 20;
    if (x > 0 && x + own - 20 > width) {
      x = 0;
      y += row;
    }
    const [text] = broken(label, type.regular, (width - x - 46) / size, 1);
    parts.push(
      `<g transform="translate(${x} ${y}) scale(1.3)">${swatch}</g>`,
      lines([text ?? ''], { x: x + 46, y: y + 1, size, leading: 1, fill: colours.ink }),
    );
    x += own;
  }
  return { svg: parts.join(''), height: figure.legend.length > 0 ? y + row : 0 };
}

function panelOf(figure: Figure, type: Type, colours: Colours): string {
  const frame = { x: COLUMN.panel, y: 36, width: CARD.width - COLUMN.panel - 36, height: CARD.height - 72 };
  const inner = { x: frame.x + 24, width: frame.width - 48 };
  const title = broken(figure.title, type.bold, inner.width / 23, 2);
  const legend = legendOf(figure, type, colours, inner.width);
  const top = frame.y + 22 + title.length * 29;
  const room = frame.y + frame.height - 18 - (top + 8 + legend.height);
  const scale = Math.min(inner.width / figure.width, room / figure.height);
  const left = inner.x + (inner.width - figure.width * scale) / 2;
  const above = top + 8 + legend.height + (room - figure.height * scale) / 2;
  return [
    `<rect x="${frame.x}" y="${frame.y}" width="${frame.width}" height="${frame.height}" rx="8" fill="${colours.paper}" stroke="${colours.rule}" stroke-width="2"/>`,
    lines(title, { x: inner.x, y: frame.y + 20, size: 23, leading: 1.26, fill: colours.ink, bold: true }),
    `<g transform="translate(${inner.x} ${top + 8})">${legend.svg}</g>`,
    `<g transform="translate(${left.toFixed(2)} ${above.toFixed(2)}) scale(${scale.toFixed(4)})">${figure.drawing}</g>`,
  ].join('');
}

/** The words of a card, as large as there is room for: the title first, what the page is about below it. */
function wordsOf(face: Face, type: Type, colours: Colours): string {
  const narrow = face.figure !== undefined;
  const width = narrow ? COLUMN.words : CARD.width - 2 * EDGE;
  const size = narrow ? 42 : 68;
  const small = narrow ? 25 : 33;
  const title = broken(face.title, type.bold, width / size, narrow ? 5 : 3);
  const y = 132;
  const below = y + title.length * size * 1.16 + 22;
  const most = Math.floor((CARD.height - 40 - below) / (small * 1.36));
  const text = most > 0 ? broken(face.line, type.regular, width / small, Math.min(most, narrow ? 8 : 4)) : [];
  return [
    lines(title, { x: EDGE, y, size, leading: 1.16, fill: colours.ink, bold: true }),
    lines(text, { x: EDGE, y: below, size: small, leading: 1.36, fill: colours.muted }),
  ].join('');
}

/**
 * A card as SVG.
 *
 * @param name of the site
 * @param logo what its logo draws, in a box of 32 by 32
 */
export function cardOf(
  face: Face,
  { name, logo }: { readonly name: string; readonly logo: string },
  type: Type,
  colours: Colours,
): string {
  const { width, height } = CARD;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FAMILY}" color="${colours.ink}">`,
    `<rect width="${width}" height="${height}" fill="${face.figure ? colours.surface : colours.paper}"/>`,
    face.figure ? '' : `<rect y="${height - 14}" width="${width}" height="14" fill="#2f8f96"/>`,
    masthead(name, logo, colours),
    wordsOf(face, type, colours),
    face.figure ? panelOf(face.figure, type, colours) : '',
    '</svg>',
  ].join('');
}
