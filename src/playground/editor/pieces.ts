/** A program's text cut at its marks and line ends, for the page to write out. Needs no parser. */
/** The classes, in the order in which marks count them; the palette has a colour for each. */
export const CLASSES = [
  'fl-code-comment',
  'fl-code-keyword',
  'fl-code-string',
  'fl-code-number',
  'fl-code-name',
] as const;

/** Coloured pieces of a text: for each one its start, its end and the place of its class in {@link CLASSES}, in a row. */
export type Marks = readonly number[];

/** Text of one colour; no class where it has none. */
export interface Piece {
  readonly text: string;
  /** Place of its class in `CLASSES`. */
  readonly mark?: number;
}

/** The pieces of each line, in order. */
export function linesOf(source: string, marks: Marks): Piece[][] {
  const lines: Piece[][] = [[]];
  const put = (text: string, mark?: number) => {
    text.split('\n').forEach((part, index) => {
      if (index > 0) lines.push([]);
      if (part !== '')
        lines[lines.length - 1].push(mark === undefined ? { text: part } : { text: part, mark });
    });
  };
  let at = 0;
  for (let i = 0; i < marks.length; i += 3) {
    if (marks[i] > at) put(source.slice(at, marks[i]));
    put(source.slice(marks[i], marks[i + 1]), marks[i + 2]);
    at = marks[i + 1];
  }
  put(source.slice(at));
  return lines;
}
