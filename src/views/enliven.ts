/**
 * Makes memory maps and timelines answer keys and pointer: choosing a mark, zooming, going along. What was drawn needs
 * none of it to be read.
 */
import { layout, numberOf } from './lanes.ts';

/** Keys that choose, and how far along or across they go. */
const moves: Readonly<Record<string, readonly [number, number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

const ZOOM = 2;

/** Event that bubbles from a drawing when a mark of it was chosen; `detail` is the mark. */
export const CHOSEN = 'fl-chosen';

/** One drawing of lanes that answers. */
class Lively {
  readonly #drawing: SVGElement;
  readonly #readout: Element | null;
  readonly #lanes: SVGElement[][];
  #chosen: SVGElement | undefined;
  #from: number;
  #to: number;

  constructor(drawing: SVGElement, readout: Element | null) {
    this.#drawing = drawing;
    this.#readout = readout;
    this.#from = numberOf(drawing, 'data-from');
    this.#to = numberOf(drawing, 'data-to');
    this.#lanes = [...drawing.querySelectorAll('.fl-lane')]
      .map(lane =>
        [...lane.querySelectorAll<SVGElement>('.fl-lane-mark')].sort(
          (a, b) => numberOf(a, 'data-start') - numberOf(b, 'data-start'),
        ),
      )
      .filter(marks => marks.length > 0);
    drawing.setAttribute('role', 'listbox');
    drawing.setAttribute('tabindex', '0');
    drawing.setAttribute('aria-keyshortcuts', 'ArrowLeft ArrowRight ArrowUp ArrowDown Plus Minus 0');
    for (const mark of this.#lanes.flat()) {
      mark.setAttribute('role', 'option');
      mark.setAttribute('aria-selected', 'false');
      mark.addEventListener('click', () => this.choose(mark));
    }
    drawing.addEventListener('keydown', event => this.#key(event));
    drawing.addEventListener('focus', () => {
      const first = this.#lanes[0]?.[0];
      if (!this.#chosen && first) this.choose(first);
    });
  }

  /** Chooses a mark, says what it is, and brings it into the window. */
  choose(mark: SVGElement) {
    this.#chosen?.setAttribute('aria-selected', 'false');
    this.#chosen = mark;
    mark.setAttribute('aria-selected', 'true');
    this.#drawing.setAttribute('aria-activedescendant', mark.id);
    if (this.#readout) this.#readout.textContent = mark.getAttribute('aria-label');
    const { CustomEvent } = this.#drawing.ownerDocument.defaultView ?? globalThis;
    this.#drawing.dispatchEvent(new CustomEvent(CHOSEN, { bubbles: true, detail: mark }));
    const [start, end] = [numberOf(mark, 'data-start'), numberOf(mark, 'data-end')];
    const span = this.#to - this.#from;
    if (end <= this.#from || start >= this.#to) this.#show((start + end - span) / 2, span);
  }

  /** Shows more or less of the axis around what is chosen, or around the middle. */
  zoom(factor: number) {
    const span = (this.#to - this.#from) / factor;
    const middle = this.#chosen
      ? (numberOf(this.#chosen, 'data-start') + numberOf(this.#chosen, 'data-end')) / 2
      : (this.#from + this.#to) / 2;
    this.#show(middle - span / 2, span);
  }

  /** Shows the whole axis. */
  all() {
    this.#show(numberOf(this.#drawing, 'data-from'), Number.POSITIVE_INFINITY);
  }

  #show(from: number, span: number) {
    const least = numberOf(this.#drawing, 'data-from');
    const most = numberOf(this.#drawing, 'data-to');
    const width = Math.min(most - least, Math.max(1, span));
    this.#from = Math.min(Math.max(from, least), most - width);
    this.#to = this.#from + width;
    layout(this.#drawing.ownerDocument, this.#drawing, this.#from, this.#to);
  }

  #key(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = moves[event.key];
    if (move && event.shiftKey)
      this.#show(this.#from + (move[0] * (this.#to - this.#from)) / 4, this.#to - this.#from);
    else if (move) this.#step(...move);
    else if (event.key === 'Home') this.#edge(0);
    else if (event.key === 'End') this.#edge(-1);
    else if (event.key === '+' || event.key === '=') this.zoom(ZOOM);
    else if (event.key === '-') this.zoom(1 / ZOOM);
    else if (event.key === '0') this.all();
    else return;
    event.preventDefault();
  }

  #lane(): number {
    return this.#lanes.findIndex(marks => this.#chosen && marks.includes(this.#chosen));
  }

  #edge(index: number) {
    const mark = this.#lanes[Math.max(0, this.#lane())]?.at(index);
    if (mark) this.choose(mark);
  }

  #step(along: number, across: number) {
    const lane = this.#lane();
    if (!this.#chosen || lane < 0) {
      this.#edge(0);
      return;
    }
    if (along !== 0) {
      const marks = this.#lanes[lane];
      const next = marks[marks.indexOf(this.#chosen) + along];
      if (next) this.choose(next);
      return;
    }
    const start = numberOf(this.#chosen, 'data-start');
    const other = this.#lanes[lane + across];
    const near = other?.filter(mark => numberOf(mark, 'data-start') <= start).at(-1) ?? other?.[0];
    if (near) this.choose(near);
  }
}

/** Makes the figures inside an element answer; those that do already are left alone. */
export function enliven(element: Element): void {
  for (const figure of element.querySelectorAll('.fl-figure:not([data-lively])')) {
    const drawings = [...figure.querySelectorAll<SVGElement>('svg.fl-lanes')];
    if (drawings.length === 0) continue;
    figure.setAttribute('data-lively', '');
    const lively = drawings.map(drawing => new Lively(drawing, figure.querySelector('.fl-readout')));
    figure.querySelector('.fl-trace')?.addEventListener('click', event => {
      const action = (event.target as Element).closest('button')?.getAttribute('data-trace');
      if (action === 'save' || action === 'perfetto')
        import('./trace.ts').then(({ takeTrace }) => takeTrace(figure, action));
    });
    figure.querySelector('.fl-zoom')?.addEventListener('click', event => {
      const action = (event.target as Element).closest('button')?.getAttribute('data-action');
      for (const one of lively) {
        if (action === 'in') one.zoom(ZOOM);
        else if (action === 'out') one.zoom(1 / ZOOM);
        else if (action === 'all') one.all();
      }
    });
  }
}
