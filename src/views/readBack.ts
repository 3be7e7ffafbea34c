/**
 * Reads a figure back: what stands in its drawings, in pixels, against what stands in its table. For tests, which give it
 * figures that were just drawn and those of the pages that were built.
 */
import { readNumber, readPlot } from './readPlot.ts';

/** The cells of a table's body, row by row. */
export function bodyOf(table: Element): string[][] {
  return [...table.querySelectorAll('tbody tr')].map(row =>
    [...row.querySelectorAll('th, td')].map(cell => cell.textContent ?? ''),
  );
}

function attribute(element: Element, name: string): string {
  return element.getAttribute(name) ?? '';
}

/** What only one of two lists holds, each entry as often as it stands there. */
function onlyOne(drawn: readonly string[], tabled: readonly string[]): string[] {
  const without = (these: readonly string[], those: readonly string[]) => {
    const rest = [...those];
    return these.filter(entry => {
      const at = rest.indexOf(entry);
      if (at >= 0) rest.splice(at, 1);
      return at < 0;
    });
  };
  return [
    ...without(drawn, tabled).map(entry => `drawn and not in the table: ${entry}`),
    ...without(tabled, drawn).map(entry => `in the table and not drawn: ${entry}`),
  ];
}

const place = (text: string) => readNumber(text)?.value;

/** A mark of a drawing of lanes, as it says of itself. */
interface Mark {
  readonly lane: string;
  readonly start: number;
  readonly end: number;
  readonly name: string;
  /** What its shape's class says it is. */
  readonly kind: string;
}

function marksOf(drawing: Element): Mark[] {
  return [...drawing.querySelectorAll('.fl-lane')].flatMap(lane =>
    [...lane.querySelectorAll('.fl-lane-mark')].map(mark => ({
      lane: lane.querySelector('.fl-lane-name')?.textContent ?? '',
      start: Number(attribute(mark, 'data-start')),
      end: Number(attribute(mark, 'data-end')),
      name: mark.getAttribute('data-name') ?? mark.querySelector('text')?.textContent ?? '',
      kind: /fl-m-(\w+)/.exec(attribute(mark.querySelector('rect, path') ?? mark, 'class'))?.[1] ?? '',
    })),
  );
}

/** Marks that do not stand where their own numbers say, and ticks that do not. */
function misplaced(drawing: Element): string[] {
  const [from, to] = ['data-from', 'data-to'].map(name => Number(attribute(drawing, name)));
  const [left, right] = ['data-left', 'data-right'].map(name => Number(attribute(drawing, name)));
  const at = (value: number) => left + ((value - from) * (right - left)) / (to - from);
  const ticks = [...drawing.querySelectorAll('.fl-axis text')].flatMap(tick => {
    const text = tick.textContent ?? '';
    const value = text.startsWith('0x') ? Number(text) : readNumber(text)?.value;
    const x = Number(attribute(tick, 'x'));
    return value !== undefined && Math.abs(at(value) - x) < 0.5 ? [] : [`the tick ${text} stands at ${x}`];
  });
  const marks = [...drawing.querySelectorAll('.fl-lane-mark')].flatMap(mark => {
    const [start, end] = ['data-start', 'data-end'].map(name => Number(attribute(mark, name)));
    const x = Number(/translate\((\S+)/.exec(attribute(mark, 'transform'))?.[1]);
    const width = Number(mark.querySelector('rect')?.getAttribute('width') ?? 0);
    const wanted = start === end ? 0 : Math.max(1.5, at(end) - at(start));
    const isRight = Math.abs(x - at(start)) < 0.1 && Math.abs(width - wanted) < 0.1;
    return isRight ? [] : [`'${attribute(mark, 'aria-label')}' stands at ${x}, ${width} wide`];
  });
  return [...ticks, ...marks];
}

function gfns(start: number, end: number): string {
  const [first, last] = [start, end - 1].map(gfn => `0x${gfn.toString(16)}`);
  return first === last ? first : `${first} to ${last}`;
}

/** Rows of a memory map's table: gfns, pages, kind, slot, backing. */
function readMap(drawing: Element, rows: readonly string[][]): string[] {
  const marks = marksOf(drawing);
  const kindOf = (kind: string) => (kind === 'unmapped' ? 'not mapped' : kind);
  const over = (lane: string, at: number) =>
    marks.find(mark => mark.lane === lane && mark.start <= at && at < mark.end)?.name ?? '–';
  return onlyOne(
    marks
      .filter(({ lane }) => lane === 'pages')
      .map(({ start, end, kind }) =>
        [gfns(start, end), end - start, kindOf(kind), over('memslots', start), over('backed by', start)].join(
          ', ',
        ),
      ),
    rows.map(([gfn, pages, , kind, slot, backing]) =>
      [gfn, place(pages), kind, /^\d/.test(slot) ? `slot ${slot}` : '–', backing || '–'].join(', '),
    ),
  );
}

const slices: Readonly<Record<string, string>> = {
  run: 'runs',
  hold: 'holds a lock',
  wait: 'waits for a lock',
  block: 'sleeps',
  stall: 'stalled by another',
  '': '–',
};

/** Rows of a timeline's table: from, to, actor, what, how. */
function readTimeline(drawing: Element, rows: readonly string[][]): string[] {
  return onlyOne(
    marksOf(drawing).map(({ start, end, lane, name, kind }) =>
      [start, kind === '' ? '–' : end, lane, name, slices[kind]].join(', '),
    ),
    rows.map(([start, end, lane, what, how]) =>
      [place(start), end === '–' ? end : place(end), lane, what, how].join(', '),
    ),
  );
}

/** Rows of a page-table tree's table: covers, root, path, level, kind, pfn, bits. */
function readTree(tree: Element, rows: readonly string[][], heads: readonly string[]): string[] {
  const ends = [...tree.querySelectorAll('.fl-bits')].map(list => {
    const words = list.parentElement?.querySelector('summary')?.textContent ?? '';
    const [, level, covers, found] = /^Level (\d), entry \d+ \((.*?)\)\s+(.*)$/.exec(words) ?? [];
    const [kind, pfn] = (found ?? '').split(', pfn ');
    const bits = [...list.querySelectorAll('.fl-bit')].map(bit => {
      const [name, value] = ['dt', 'dd'].map(part => bit.querySelector(part)?.textContent ?? '');
      const where = bit.querySelector('small')?.textContent ?? '';
      return `${name.slice(0, name.length - where.length).trim()}, ${where}: ${value}`;
    });
    return [covers, level, kind, pfn ?? '–', ...bits].join('; ');
  });
  const listed = rows.map(([covers, , , level, kind, pfn, ...bits]) => {
    const said = bits.flatMap((bit, index) => (bit === '–' ? [] : [`${heads[6 + index]}: ${bit}`]));
    return [covers, level, kind, pfn, ...said].join('; ');
  });
  return onlyOne(ends, listed);
}

/** The labels of a table's columns. In a page that was built the last of them, left open, has the body inside it. */
function headsOf(table: Element): string[] {
  return [...table.querySelectorAll('th[scope=col]')].map(head => head.firstChild?.textContent ?? '');
}

/** What a figure is of; undefined where it is a table and nothing else. */
export type FigureKind = 'plot' | 'memory-map' | 'timeline' | 'page-table' | undefined;

/** @param figure as `drawFigure` makes it */
export function figureKind(figure: Element): FigureKind {
  if (figure.querySelector('.fl-tree')) return 'page-table';
  const lanes = figure.querySelector('svg.fl-lanes');
  if (lanes) return attribute(lanes, 'data-unit') === 'gfn' ? 'memory-map' : 'timeline';
  return figure.querySelector('.fl-drawing > svg') ? 'plot' : undefined;
}

/**
 * Where the drawings of a figure and its table disagree, each in a sentence; nothing where they agree.
 *
 * @param figure as `drawFigure` makes it
 * @throws Error where it is a table alone: there is nothing to compare
 */
export function disagreements(figure: Element): string[] {
  const kind = figureKind(figure);
  if (kind === undefined) throw new Error('a figure that is a table has no drawing to be compared with it');
  const table = figure.querySelector('.fl-twin table');
  if (!table) return ['there is no table beside the drawing'];
  const [rows, heads] = [bodyOf(table), headsOf(table)];
  if (kind === 'page-table') return readTree(figure.querySelector('.fl-tree') as Element, rows, heads);
  return [...figure.querySelectorAll('.fl-drawing > svg')].flatMap(drawing => {
    if (kind === 'plot') return readPlot(drawing, rows, heads);
    const read = kind === 'memory-map' ? readMap : readTimeline;
    return [...misplaced(drawing), ...read(drawing, rows)];
  });
}
