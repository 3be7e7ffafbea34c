/** Makes a memory map of ranges that a program names. */
import type { MapRange, MemoryMapView } from '../experiments/view.ts';
import { type FigureOptions, fields, isWhole, kindOf } from './checks.ts';
import { counted, labelOf, listOf, MAX_ROWS, titleOf } from './rows.ts';
import { quoted } from './text.ts';

/** A range of guest memory as a program names it; slot and backing may be left out. */
export type RangeSpec = Pick<MapRange, 'gfn' | 'pages' | 'kind'> & Partial<MapRange>;

/** @throws TypeError where a range is not one. */
export function mapView(given: readonly RangeSpec[], options: FigureOptions): MemoryMapView {
  const who = 'show.memoryMap';
  const list = listOf(given, who, 'ranges');
  const ranges = list.slice(0, MAX_ROWS).map((item, index): MapRange => {
    const where = `${who}: range ${index}`;
    const range = fields(item, where);
    if (!isWhole(range.gfn))
      throw new TypeError(`${where}: gfn is a whole number from 0, got ${quoted(range.gfn)}`);
    if (!isWhole(range.pages) || range.pages === 0) {
      throw new TypeError(`${where}: pages is a whole number from 1, got ${quoted(range.pages)}`);
    }
    const slot = range.slot ?? null;
    if (slot !== null && !isWhole(slot))
      throw new TypeError(`${where}: slot is a slot's number or null, got ${quoted(slot)}`);
    return {
      gfn: range.gfn,
      pages: range.pages,
      kind: kindOf(range.kind, where),
      slot,
      backing: labelOf(range.backing ?? ''),
      ...(range.note === undefined ? {} : { note: labelOf(range.note) }),
    };
  });
  const pages = ranges.reduce((sum, range) => sum + range.pages, 0);
  return {
    kind: 'memory-map',
    title: titleOf(options.title, 'Guest memory', ranges.length, list.length, 'ranges'),
    summary:
      options.summary === undefined
        ? `${counted(pages, 'page')} in ${counted(ranges.length, 'range')}.`
        : labelOf(options.summary),
    ranges,
  };
}
