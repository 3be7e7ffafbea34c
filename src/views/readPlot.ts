/** Reads a plot back: the values that its marks stand at, by the ticks of its axes, against the rows of its table. */

/** Pixels by which a mark may be off: positions are written to hundredths, and ticks are too. */
const SLACK = 0.15;

/** A value as a table or an axis writes it; undefined where none is written. */
interface Written {
  readonly value: number;
  /** By how much the value may differ from what was written of it. */
  readonly within: number;
}

const prefixes: Readonly<Record<string, number>> = {
  TiB: 2 ** 40,
  GiB: 2 ** 30,
  MiB: 2 ** 20,
  KiB: 2 ** 10,
  B: 1,
  s: 1e9,
  ms: 1e6,
  µs: 1e3,
  ns: 1,
};

/** Reads `1,234.5`, `−3`, `2 × 10^21` or a tick such as `1.5 µs`. */
export function readNumber(text: string): Written | undefined {
  const match = /^(−?)([\d,]+(?:\.(\d+))?)(?: × 10\^(-?\d+))?(?: ([A-Za-zµ]+))?$/.exec(text.trim());
  if (!match) return undefined;
  const [, sign, digits, decimals = '', power = '0', prefix] = match;
  const scale = 10 ** Number(power) * (prefix === undefined ? 1 : (prefixes[prefix] ?? Number.NaN));
  const value = Number(digits.replaceAll(',', '')) * scale * (sign ? -1 : 1);
  // Numbers without fixed decimals have four digits that count.
  const within = Math.max(0.5 * 10 ** -decimals.length * scale, Math.abs(value) * 5e-4);
  return Number.isNaN(value) ? undefined : { value, within };
}

type Scale = (value: number) => number;

/** An axis that is a number line: the direction it runs in, and the scales that its ticks allow. */
interface NumberLine {
  readonly along: 'x' | 'y';
  readonly scales: readonly Scale[];
}

/** Where an element's own and its parents' shifts put it. */
function shiftOf(element: Element, drawing: Element): [number, number] {
  let [x, y] = [0, 0];
  for (let at: Element | null = element; at && at !== drawing; at = at.parentElement) {
    const match = /translate\(([-\d.e]+)(?:[ ,]+([-\d.e]+))?\)/.exec(at.getAttribute('transform') ?? '');
    x += Number(match?.[1] ?? 0);
    y += Number(match?.[2] ?? 0);
  }
  return [x, y];
}

/** A straight line through the first and the last point; undefined where another point lies off it. */
function through(points: readonly (readonly [number, number])[], map: Scale): Scale | undefined {
  const [first, last] = [points[0], points[points.length - 1]];
  const slope = (last[1] - first[1]) / (map(last[0]) - map(first[0]));
  const scale = (value: number) => first[1] + (map(value) - map(first[0])) * slope;
  const isStraight = points.every(([value, at]) => Math.abs(scale(value) - at) < 0.5);
  return Number.isFinite(slope) && isStraight ? scale : undefined;
}

/** The axes that are number lines. The library sets the digits of these, and of no others, in one width. */
function numberLines(drawing: Element): NumberLine[] {
  return [...drawing.querySelectorAll('g[font-variant=tabular-nums]')].flatMap(group => {
    const ticks = [...group.querySelectorAll('text')].flatMap(tick => {
      const read = readNumber(tick.textContent ?? '');
      // The group's own shift sets the words off the axis.
      const [, x, y] = /translate\(([-\d.]+),([-\d.]+)\)/.exec(tick.getAttribute('transform') ?? '') ?? [];
      return read ? [{ value: read.value, x: Number(x), y: Number(y) }] : [];
    });
    if (ticks.length < 2) return [];
    const along = ticks[0].y === ticks[1].y ? 'x' : 'y';
    const points = ticks.map(tick => [tick.value, tick[along]] as const);
    const scales = [through(points, value => value), through(points, Math.log)];
    return [{ along, scales: scales.filter(scale => scale !== undefined) }];
  });
}

/** A mark of a plot: the row that it says it is, and where it stands. */
interface Mark {
  /** Series and category, as its title has them. */
  readonly name: string;
  /** With a line break where there are several. */
  readonly series: string;
  /** Its value, as its title has it. */
  readonly value: string;
  /** Where its value ends, and for a bar where it begins. */
  readonly to: { readonly x: number; readonly y: number };
  readonly from?: { readonly x: number; readonly y: number };
}

function marksOf(drawing: Element, unit: string): Mark[] {
  return [...drawing.querySelectorAll('title')].flatMap(title => {
    const text = title.textContent ?? '';
    const mark = title.parentElement;
    if (!mark || text.startsWith('published, ')) return [];
    const lines = text.split('\n');
    const said = lines[lines.length - 2];
    const category = said.slice(said.lastIndexOf(': ') + 2);
    const bare =
      unit !== '' && category.endsWith(` ${unit}`) ? category.slice(0, -unit.length - 1) : category;
    const series = lines
      .slice(0, -2)
      .map(line => `${line}\n`)
      .join('');
    const name = `${series}${bare}`;
    const last = lines[lines.length - 1];
    const value = last.slice(last.lastIndexOf(': ') + 2);
    const [dx, dy] = shiftOf(mark, drawing);
    const number = (attribute: string) => Number(mark.getAttribute(attribute) ?? 0);
    if (mark.localName === 'rect') {
      const [x, y] = [number('x') + dx, number('y') + dy];
      const [right, bottom] = [x + number('width'), y + number('height')];
      return [{ name, series, value, from: { x, y: bottom }, to: { x: right, y } }];
    }
    return [{ name, series, value, to: { x: number('cx') + dx, y: number('cy') + dy } }];
  });
}

/** The points of lines that have no marks, line by line; a step's corners between its points are left out. */
function verticesOf(drawing: Element): { x: number; y: number }[][] {
  const lines = [...drawing.querySelectorAll('g[fill=none][stroke-linejoin=round] path')];
  return lines.map(line => {
    const points = [...(line.getAttribute('d') ?? '').matchAll(/[ML]?(-?[\d.]+),(-?[\d.]+)/g)].map(
      ([, x, y]) => ({ x: Number(x), y: Number(y) }),
    );
    // A step goes along and then up or down, each time.
    const isStep =
      points.length > 2 && points.every(({ x }, i) => i % 2 === 1 || i === 0 || x === points[i - 1].x);
    return isStep ? points.filter((_, index) => index % 2 === 0) : points;
  });
}

/** A row of the table: how its mark is called, and what stands in its number columns. */
interface Row {
  readonly name: string;
  readonly series: string;
  readonly x: Written | undefined;
  readonly y: Written | undefined;
  /** What stands in the last column. */
  readonly value: string;
}

function rowsOf(body: readonly string[][]): Row[] {
  return body.flatMap(cells => {
    const value = cells[cells.length - 1];
    const y = readNumber(value);
    const series = cells.length > 2 ? `${cells[1]}\n` : '';
    return [{ name: `${series}${cells[0]}`, series, x: readNumber(cells[0]), y, value }];
  });
}

function near(at: number, scale: Scale, { value, within }: Written): boolean {
  const [low, high] = [scale(value - within), scale(value + within)].sort((a, b) => a - b);
  // Below zero a scale of powers has no place.
  const least = Number.isFinite(low) ? low : scale(value);
  return at >= Math.min(least, scale(value)) - SLACK && at <= Math.max(high, scale(value)) + SLACK;
}

/** What is wrong with the marks, by one scale of the values. */
function wrongMarks(scale: Scale, along: 'x' | 'y', marks: readonly Mark[], rows: readonly Row[]): string[] {
  // A line of many points has no marks.
  const marked = new Set(marks.map(({ series }) => series));
  const rest = rows.filter(({ series }) => marked.has(series));
  /** Where the bars of a category end so far: those that are stacked stand on each other. */
  const ends = new Map<string, number>();
  const wrong: string[] = [];
  for (const { name, value, from, to } of marks) {
    const index = rest.findIndex(row => row.name === name);
    if (index < 0) {
      wrong.push(`drawn and not in the table: ${name}`);
      continue;
    }
    const [{ y, value: tabled }] = rest.splice(index, 1);
    if (value !== tabled && !value.startsWith(`${tabled} `))
      wrong.push(`${name} says that it is ${value}, its row says ${tabled}`);
    if (!y) {
      wrong.push(`drawn, though the table has no number: ${name}`);
    } else if (!from) {
      if (!near(to[along], scale, y))
        wrong.push(`${name} is drawn at ${to[along]}, not at ${scale(y.value)}`);
    } else {
      const category = String(Math.round(from[along === 'x' ? 'y' : 'x']));
      const begin = ends.get(category) ?? scale(0);
      ends.set(category, to[along]);
      if (Math.abs(from[along] - begin) > 1) wrong.push(`${name} begins at ${from[along]}, not at ${begin}`);
      const long = to[along] - from[along];
      if (!near(scale(0) + long, scale, y))
        wrong.push(`${name} is ${Math.abs(long)} long, not ${Math.abs(scale(y.value) - scale(0))}`);
    }
  }
  // What is not above zero has no place on a scale of powers.
  const missing = rest.filter(({ y }) => y && Number.isFinite(scale(y.value))).map(({ name }) => name);
  return [...wrong, ...missing.map(name => `in the table and not drawn: ${name}`)];
}

/** What is wrong with the lines, by one scale for each axis. */
function wrongLines(
  lines: ReturnType<typeof verticesOf>,
  rows: readonly Row[],
  x: Scale | undefined,
  y: Scale,
): string[] {
  const series = [...new Set(rows.map(row => row.series))];
  const listed = series
    .map(name => rows.filter(row => row.series === name && row.y && Number.isFinite(y(row.y.value))))
    .filter(own => own.length > 0);
  if (listed.length !== lines.length) return [`${lines.length} lines are drawn, not ${listed.length}`];
  return listed.flatMap((own, index) => {
    const points = lines[index];
    if (points.length !== own.length)
      return [`line ${index + 1} has ${points.length} points, not ${own.length}`];
    return own.flatMap((row, at) => {
      const isRight =
        near(points[at].y, y, row.y as Written) && (!x || !row.x || near(points[at].x, x, row.x));
      return isRight ? [] : [`point ${at + 1} of line ${index + 1} is not where ${row.name} would be`];
    });
  });
}

/**
 * Where a drawing of a plot and its table disagree, each in a sentence.
 *
 * @param body the table's cells, row by row: category, series where there are several, value
 * @param heads labels of the table's columns
 */
export function readPlot(drawing: Element, body: readonly string[][], heads: readonly string[]): string[] {
  const axes = numberLines(drawing);
  const marks = marksOf(drawing, / \(([^()]+)\)$/.exec(heads[0] ?? '')?.[1] ?? '');
  const horizontal = marks.length > 0 && marks.every(({ from }) => from) && axes[0]?.along === 'x';
  const values = axes.find(({ along }) => along === (horizontal ? 'x' : 'y'));
  const rows = rowsOf(body);
  if (rows.every(({ y }) => y === undefined)) return [];
  if (!values) return ['the axis of the values cannot be read'];
  const across = axes.find(({ along }) => along === 'x');
  const lines = verticesOf(drawing);
  if (marks.length === 0 && lines.length === 0) return ['nothing is drawn'];
  // Two ticks lie on a scale of powers as well as on a plain one: all marks have to agree on one of the two.
  const attempts = values.scales.flatMap(scale =>
    (across?.scales ?? [undefined]).map(x => [
      ...wrongMarks(scale, values.along, marks, rows),
      ...(lines.length > 0 ? wrongLines(lines, rows, x, scale) : []),
    ]),
  );
  return attempts.sort((a, b) => a.length - b.length)[0] ?? ['the ticks of the values lie on no scale'];
}
