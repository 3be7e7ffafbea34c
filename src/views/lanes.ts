/**
 * Lanes of marks over one axis: what memory maps and timelines have in common.
 *
 * A drawing keeps its data in its own attributes, so that the very same code lays out the drawing that was built into
 * the page and one drawn there: `layout` places every mark for a window of the axis, and zooming is laying out again.
 */
import { svg } from './dom.ts';
import { ticks, tickText, type Unit } from './ticks.ts';

/** A stretch of a lane, or a moment where start and end are one. */
export interface Mark {
  readonly start: number;
  readonly end: number;
  /** Everything there is to know about it, as one line. */
  readonly text: string;
  /** Written on it where it is wide enough. */
  readonly label?: string;
  /** What it is called, where that is not written on it. */
  readonly name?: string;
  /** Class of its shape. */
  readonly className: string;
  /** Address of its pattern. */
  readonly fill?: string;
}

/** A lane; marks that overlap lie in rows of their own. */
export interface Lane {
  readonly name: string;
  readonly marks: readonly Mark[];
  /** Height of a row in CSS pixels. */
  readonly height: number;
}

/** A drawing of lanes. */
export interface Lanes {
  readonly unit: Unit;
  readonly from: number;
  readonly to: number;
  readonly lanes: readonly Lane[];
}

const GAP = 8;
const AXIS = 26;
const CHARACTER = 7.2;
const LEAST_WIDTH = 1.5;

/** Puts marks into the fewest rows in which none overlap. */
export function rowsOf(marks: readonly Mark[]): Mark[][] {
  const rows: Mark[][] = [];
  for (const mark of [...marks].sort((a, b) => a.start - b.start)) {
    const row = rows.find(placed => placed[placed.length - 1].end <= mark.start);
    if (row) row.push(mark);
    else rows.push([mark]);
  }
  return rows;
}

function markElement(document: Document, uid: string, index: string, mark: Mark, y: number, height: number) {
  const { start, end, text, label, name, className, fill } = mark;
  const isMoment = start === end;
  const shape = isMoment
    ? svg(document, 'path', {
        class: className,
        d: `M0 0l4 ${height / 2}l-4 ${height / 2}l-4 ${-height / 2}z`,
      })
    : svg(document, 'rect', { class: className, height, fill });
  return svg(
    document,
    'g',
    {
      id: `${uid}-${index}`,
      class: isMoment ? 'fl-lane-mark fl-moment' : 'fl-lane-mark',
      'data-start': start,
      'data-end': end,
      'data-y': y,
      'data-name': name,
      'aria-label': text,
    },
    shape,
    label ? svg(document, 'text', { y: height / 2, dy: '0.35em' }, label) : undefined,
    svg(document, 'title', {}, text),
  );
}

/**
 * Draws lanes.
 *
 * @param summary what the drawing shows, for those who do not see it
 */
export function drawLanes(
  document: Document,
  { unit, from, to, lanes }: Lanes,
  width: number,
  uid: string,
  summary: string,
): SVGElement {
  const names = lanes.map(lane => lane.name.length);
  // On a phone, a lane's name stands above it: beside it, it would take half the width.
  const above = width < 500;
  const left = above ? 8 : Math.min(Math.max(...names, 4) * CHARACTER + 14, width * 0.3);
  let y = 6;
  const groups = lanes.map((lane, laneIndex) => {
    const moments = lane.marks.filter(({ start, end }) => start === end);
    const rows = rowsOf(lane.marks.filter(({ start, end }) => start !== end));
    const nameY = above ? y + 12 : y + lane.height / 2;
    if (above) y += 18;
    const marks = rows.flatMap((row, rowIndex) =>
      row.map((mark, index) =>
        markElement(
          document,
          uid,
          `${laneIndex}.${rowIndex}.${index}`,
          mark,
          y + rowIndex * (lane.height + 2),
          lane.height,
        ),
      ),
    );
    // Moments stand over the first row, whatever happens there.
    const points = moments.map((mark, index) =>
      markElement(document, uid, `${laneIndex}.m.${index}`, mark, y, lane.height),
    );
    const height = Math.max(1, rows.length) * (lane.height + 2);
    const name = svg(
      document,
      'text',
      above
        ? { class: 'fl-lane-name', x: left, y: nameY }
        : { class: 'fl-lane-name', x: left - 10, y: nameY, dy: '0.35em', 'text-anchor': 'end' },
      lane.name,
    );
    y += height + GAP;
    return svg(document, 'g', { class: 'fl-lane' }, name, ...marks, ...points);
  });
  const drawing = svg(
    document,
    'svg',
    {
      class: 'fl-lanes',
      viewBox: `0 0 ${width} ${y + AXIS}`,
      width,
      height: y + AXIS,
      role: 'img',
      'aria-label': summary,
      'data-unit': unit,
      'data-from': from,
      'data-to': to,
      'data-left': left,
      'data-right': width - 12,
      'data-axis': y,
    },
    svg(document, 'g', { class: 'fl-axis', 'aria-hidden': 'true' }),
    ...groups,
  );
  layout(document, drawing, from, to);
  return drawing;
}

/** A number an attribute holds. */
export function numberOf(element: Element, name: string): number {
  return Number(element.getAttribute(name));
}

/** Places the cursor, where the drawing has one, for a window of the axis. */
function placeCursor(drawing: Element, from: number, to: number): void {
  const cursor = drawing.querySelector('.fl-cursor');
  if (!cursor) return;
  const [left, right] = [numberOf(drawing, 'data-left'), numberOf(drawing, 'data-right')];
  const at = numberOf(cursor, 'data-at');
  if (at < from || at > to) cursor.setAttribute('display', 'none');
  else cursor.removeAttribute('display');
  const x = left + ((at - from) * (right - left)) / (to - from);
  cursor.setAttribute('d', `M${Math.round(x * 100) / 100} 0V${numberOf(drawing, 'data-axis')}`);
}

/** Puts the cursor of a drawing at a place of its axis; the drawing keeps its window. */
export function setCursor(document: Document, drawing: Element, at: number): void {
  const cursor =
    drawing.querySelector('.fl-cursor') ??
    drawing.appendChild(svg(document, 'path', { class: 'fl-cursor', 'aria-hidden': 'true' }));
  cursor.setAttribute('data-at', String(at));
  const [from, to] = ['data-window-from', 'data-window-to'].map(name => numberOf(drawing, name));
  placeCursor(drawing, from, to);
}

/** Places every mark, and the axis, for a window of the axis. What lies outside is not shown. */
export function layout(document: Document, drawing: Element, from: number, to: number): void {
  const left = numberOf(drawing, 'data-left');
  const right = numberOf(drawing, 'data-right');
  const bottom = numberOf(drawing, 'data-axis');
  const unit = drawing.getAttribute('data-unit') === 'gfn' ? 'gfn' : 'ns';
  const scale = (right - left) / (to - from);
  const place = (at: number) => left + (at - from) * scale;
  drawing.setAttribute('data-window-from', String(from));
  drawing.setAttribute('data-window-to', String(to));
  const round = (at: number) => Math.round(at * 100) / 100;

  for (const mark of drawing.querySelectorAll('.fl-lane-mark')) {
    const start = numberOf(mark, 'data-start');
    const end = numberOf(mark, 'data-end');
    const y = numberOf(mark, 'data-y');
    const isMoment = start === end;
    const outside = isMoment ? start < from || start > to : end <= from || start >= to;
    if (outside) {
      mark.setAttribute('display', 'none');
      continue;
    }
    mark.removeAttribute('display');
    const x = isMoment ? place(start) : place(Math.max(start, from));
    mark.setAttribute('transform', `translate(${round(x)} ${y})`);
    if (isMoment) continue;
    const width = Math.max(LEAST_WIDTH, place(Math.min(end, to)) - x);
    mark.querySelector('rect')?.setAttribute('width', String(round(width)));
    const label = mark.querySelector('text');
    if (!label) continue;
    if ((label.textContent ?? '').length * CHARACTER + 8 > width) label.setAttribute('display', 'none');
    else label.removeAttribute('display');
    label.setAttribute('x', '6');
  }

  placeCursor(drawing, from, to);

  // A label at the edge of the drawing stays inside it.
  const edge = CHARACTER * 2.5;
  const anchor = (x: number) => (x < edge ? 'start' : x > right + 12 - edge ? 'end' : 'middle');
  const axis = drawing.querySelector('.fl-axis');
  if (!axis) return;
  while (axis.firstChild) axis.firstChild.remove();
  for (const at of ticks(unit, from, to, right - left < 450 ? 4 : 7)) {
    const x = round(place(at));
    axis.append(
      svg(document, 'path', { d: `M${x} 0V${bottom}` }),
      svg(document, 'text', { x, y: bottom + 14, 'text-anchor': anchor(x) }, tickText[unit](at)),
    );
  }
}
