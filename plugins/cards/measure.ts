/** How wide text is in a TrueType font, so that titles are broken where they are drawn that wide. */

/** Widths of a font's characters, in parts of its size. */
export type Measure = (text: string) => number;

interface Table {
  readonly offset: number;
  readonly length: number;
}

function tablesOf(file: DataView): ReadonlyMap<string, Table> {
  const tables = new Map<string, Table>();
  for (let index = 0; index < file.getUint16(4); index++) {
    const at = 12 + index * 16;
    const name = String.fromCharCode(...[0, 1, 2, 3].map(byte => file.getUint8(at + byte)));
    tables.set(name, { offset: file.getUint32(at + 8), length: file.getUint32(at + 12) });
  }
  return tables;
}

/** Which glyph draws a character of the basic plane, from the font's table of format 4. */
function glyphsOf(file: DataView, cmap: number): (code: number) => number {
  const count = file.getUint16(cmap + 2);
  const tables = Array.from({ length: count }, (_, index) => cmap + file.getUint32(cmap + 4 + index * 8 + 4));
  const table = tables.find(at => file.getUint16(at) === 4);
  if (table === undefined) throw new Error('the font has no character map of format 4');
  const segments = file.getUint16(table + 6);
  const ends = table + 14;
  const starts = ends + segments + 2;
  const deltas = starts + segments;
  const ranges = deltas + segments;
  return code => {
    for (let at = 0; at < segments; at += 2) {
      if (file.getUint16(ends + at) < code) continue;
      const start = file.getUint16(starts + at);
      if (start > code) return 0;
      const range = file.getUint16(ranges + at);
      const delta = file.getUint16(deltas + at);
      if (range === 0) return (code + delta) & 0xffff;
      const glyph = file.getUint16(ranges + at + range + (code - start) * 2);
      return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
    }
    return 0;
  };
}

/**
 * Reads a font's widths.
 *
 * @param font a TrueType file
 * @throws {Error} where it lacks a table
 */
export function measureOf(font: Uint8Array): Measure {
  const file = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const tables = tablesOf(file);
  const offset = (name: string) => {
    const table = tables.get(name);
    if (!table) throw new Error(`the font has no table "${name}"`);
    return table.offset;
  };
  const unitsPerEm = file.getUint16(offset('head') + 18);
  const metrics = file.getUint16(offset('hhea') + 34);
  const widths = offset('hmtx');
  const glyph = glyphsOf(file, offset('cmap'));
  return text => {
    let sum = 0;
    for (const character of text) {
      const index = glyph(character.codePointAt(0) ?? 0);
      sum += file.getUint16(widths + Math.min(index, metrics - 1) * 4);
    }
    return sum / unitsPerEm;
  };
}

/**
 * Breaks text into lines.
 *
 * @param width of a line, in parts of the font's size
 * @param most lines there may be; what is left over ends in an ellipsis
 */
export function broken(text: string, measure: Measure, width: number, most: number): string[] {
  const lines: string[] = [];
  let line = '';
  const words = text.split(/\s+/).filter(word => word !== '');
  for (const [index, word] of words.entries()) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || measure(longer) <= width) {
      line = longer;
      continue;
    }
    if (lines.length === most - 1) {
      return [...lines, shortened(`${line} ${words.slice(index).join(' ')}`, measure, width)];
    }
    lines.push(line);
    line = word;
  }
  if (line !== '') lines.push(shortened(line, measure, width));
  return lines;
}

/** As much of a line as there is room for. */
function shortened(line: string, measure: Measure, width: number): string {
  if (measure(line) <= width) return line;
  let text = line;
  while (text !== '' && measure(`${text}…`) > width) text = text.slice(0, -1);
  const whole = text.lastIndexOf(' ');
  return `${(whole > text.length / 2 ? text.slice(0, whole) : text).replace(/[\s,;:.]+$/, '')}…`;
}
