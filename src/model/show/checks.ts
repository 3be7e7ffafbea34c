/** Guards that the views' makers share. A program's arguments are whatever it passed. */
import type { PageKind } from '../experiments/view.ts';
import { quoted } from './text.ts';

/** What is said about a figure, of whichever kind. */
export interface FigureOptions {
  readonly title?: string;
  /** One sentence for those who do not see the figure. */
  readonly summary?: string;
}

/** @throws TypeError where `value` has no fields. */
export function fields(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new TypeError(`${what} is an object, got ${quoted(value)}`);
}

/** A number that JSON has a form for. */
export function finite(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** A gfn, a count, a slot: a whole number from 0. */
export function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

const PAGE_KINDS: readonly PageKind[] = ['shared', 'private', 'pinned', 'faulting', 'free', 'unmapped'];

/** @throws TypeError where `kind` is no kind of page. */
export function kindOf(kind: unknown, who: string): PageKind {
  const known = PAGE_KINDS.find(k => k === kind);
  if (known) return known;
  throw new TypeError(`${who}: kind is one of ${PAGE_KINDS.join(', ')}, got ${quoted(kind)}`);
}
