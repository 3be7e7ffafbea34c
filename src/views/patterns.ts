import type { PageKind, TimelineSlice } from '../model/experiments/view.ts';
import { svg } from './dom.ts';

type SliceKind = TimelineSlice['kind'];

/** What each page kind is called. */
export const kindLabels: Readonly<Record<PageKind, string>> = {
  shared: 'shared',
  private: 'private',
  pinned: 'pinned',
  faulting: 'faulting',
  free: 'free',
  unmapped: 'not mapped',
};

/** What each kind of slice is called. */
export const sliceLabels: Readonly<Record<SliceKind, string>> = {
  run: 'runs',
  hold: 'holds a lock',
  wait: 'waits for a lock',
  block: 'sleeps',
  stall: 'stalled by another',
};

/** Lines over a fill, in an 8 by 8 tile; together with the colour they tell a kind apart. */
const strokes: Readonly<Record<PageKind | SliceKind, string>> = {
  shared: '',
  private: 'M-2 2L2 -2M0 8L8 0M6 10L10 6',
  pinned: 'M2 1.5v1M6 5.5v1',
  faulting: 'M0 0L8 8M8 0L0 8',
  free: '',
  unmapped: 'M-2 2L2 -2M0 8L8 0M6 10L10 6',
  run: '',
  hold: 'M0 2h8M0 6h8',
  wait: 'M-2 2L2 -2M0 8L8 0M6 10L10 6',
  block: 'M2 1.5v1M6 5.5v1',
  stall: 'M0 0L8 8M8 0L0 8',
};

/** Address of a pattern, as `fill` takes it. */
export function patternFill(uid: string, kind: PageKind | SliceKind): string {
  return `url(#${uid}-${kind})`;
}

/**
 * The definitions of some kinds' patterns. Ids hold for the whole page, so each drawing has its own.
 *
 * @param uid tells this drawing's ids from all others on the page
 */
export function patterns(document: Document, uid: string, kinds: Iterable<PageKind | SliceKind>): SVGElement {
  const tiles = [...kinds].map(kind =>
    svg(
      document,
      'pattern',
      { id: `${uid}-${kind}`, class: `fl-k-${kind}`, width: 8, height: 8, patternUnits: 'userSpaceOnUse' },
      svg(document, 'rect', { width: 8, height: 8 }),
      strokes[kind] ? svg(document, 'path', { d: strokes[kind] }) : undefined,
    ),
  );
  return svg(document, 'defs', {}, ...tiles);
}
