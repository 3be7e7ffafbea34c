/**
 * Writes out what a program shows, item by item, with whatever document it is given: the page's, or a small one when
 * the site is built. All of a program's text goes in as text.
 */
import type { LogLine, Shown } from '../../model/index.ts';
import { drawFigure, enliven } from '../../views/index.ts';
import { visible } from '../protocol/visible.ts';
import { drawable, VIEWS } from './trim.ts';

/** A place for the output of one run. */
export class Output {
  private readonly document: Document;
  private readonly place: Element;
  private readonly uid: string;
  private figures = 0;
  /** Figures are drawn one after the other, since some must first be fetched how. */
  private last: Promise<void> = Promise.resolve();
  private log: Element | undefined;
  private rest: Element | undefined;
  private left = 0;

  /**
   * @param place is emptied.
   * @param uid tells its figures' ids from all others on the page.
   */
  constructor(document: Document, place: Element, uid: string) {
    this.document = document;
    this.place = place;
    this.uid = uid;
    place.replaceChildren();
  }

  /** Adds one item below the others. */
  add(item: Shown): void {
    this.last = this.last.then(() => this.draw(item));
  }

  /** Resolves when all that was added is drawn. */
  drawn(): Promise<void> {
    return this.last;
  }

  private async draw(item: Shown): Promise<void> {
    if (item.kind === 'log') {
      this.line(item);
      return;
    }
    this.log = undefined;
    if (this.figures === VIEWS) {
      this.leaveOut();
      return;
    }
    const uid = `${this.uid}-${this.figures++}`;
    try {
      this.place.append(await drawFigure(this.document, drawable(item), uid));
      if (typeof window !== 'undefined') enliven(this.place);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.place.append(
        this.element('p', 'fl-pg-undrawn', `'${visible(item.title)}' could not be drawn: ${why}`),
      );
    }
    // Many figures take long: the page may answer between two of them.
    await new Promise(resolve => setTimeout(resolve));
  }

  /** Counts, at the end of the output, what is not drawn. */
  private leaveOut(): void {
    this.rest ??= this.element('p', 'fl-pg-undrawn', '');
    this.left++;
    this.rest.textContent = `Not drawn: ${this.left} more tables and figures; a run may have ${VIEWS}.`;
    this.place.append(this.rest);
  }

  private line({ level, text }: LogLine): void {
    if (!this.log) {
      this.log = this.element('pre', 'fl-pg-log', '');
      // It scrolls when it is long, and so must be within reach of the keyboard.
      this.log.setAttribute('tabindex', '0');
      this.log.setAttribute('role', 'group');
      this.log.setAttribute('aria-label', 'Text output');
      this.place.append(this.log);
    }
    const label = level === 'log' ? '' : level === 'warn' ? 'Warning: ' : 'Error: ';
    this.log.append(this.element('span', `fl-pg-${level}-line`, `${label}${visible(text)}`), '\n');
  }

  private element(name: string, className: string, text: string): Element {
    const element = this.document.createElement(name);
    element.setAttribute('class', className);
    if (text !== '') element.append(text);
    return element;
  }
}

/** What was shown, in words: `1 table, 2 plots, 3 lines of text`. */
export function inWords(items: readonly Shown[]): string {
  const names: Record<Shown['kind'], string> = {
    table: 'table',
    plot: 'plot',
    'memory-map': 'memory map',
    'page-table': 'page-table tree',
    timeline: 'timeline',
    log: 'line',
  };
  const counts = new Map<Shown['kind'], number>();
  for (const { kind } of items) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const parts = [...counts].map(
    ([kind, count]) => `${count} ${names[kind]}${count === 1 ? '' : 's'}${kind === 'log' ? ' of text' : ''}`,
  );
  return parts.length === 0 ? 'nothing was shown' : parts.join(', ');
}
