/** Makes a page-table tree of SPTEs that a program names. */
import { type Walked, walkedEntry } from '../experiments/pageTable.ts';
import type { PageKind, PageTableEntry, PageTableView } from '../experiments/view.ts';
import { TOP_LEVEL } from '../host/radixTable.ts';
import { EPT, NPT, type SpteFormat } from '../kvm/spte.ts';
import { type FigureOptions, fields, isWhole, kindOf } from './checks.ts';
import { counted, labelOf, listOf, MAX_ROWS, titleOf } from './rows.ts';
import { quoted } from './text.ts';

/** An SPTE as a program names it: what `vm.mmu.entry(gfn, isPrivate)` returns, with the gfn; shared where nothing is said. */
export type SpteSpec = Walked & { readonly kind?: PageKind; readonly root?: string };

/** What is said about a page-table tree. */
export interface PageTableOptions extends FigureOptions {
  /** Whose bits they are: `EPT` (Intel, where nothing is said) or `NPT` (AMD). */
  readonly format?: SpteFormat['name'];
}

const FORMATS: readonly SpteFormat[] = [EPT, NPT];

function formatOf(name: unknown): SpteFormat {
  const format = FORMATS.find(known => known.name === name);
  if (format) return format;
  throw new TypeError(`show.pageTable: format is one of EPT, NPT, got ${quoted(name)}`);
}

/** @throws TypeError where an entry is not one. */
export function treeView(given: readonly SpteSpec[], options: PageTableOptions): PageTableView {
  const who = 'show.pageTable';
  const list = listOf(given, who, 'entries');
  const format = formatOf(options.format ?? 'EPT');
  const entries = list.slice(0, MAX_ROWS).map((item, index): PageTableEntry => {
    const where = `${who}: entry ${index}`;
    const { gfn, level, low, high, kind, root } = fields(item, where);
    if (!isWhole(gfn)) throw new TypeError(`${where}: gfn is a whole number from 0, got ${quoted(gfn)}`);
    if (!isWhole(level) || level < 1 || level > TOP_LEVEL) {
      throw new TypeError(`${where}: level is a whole number from 1 to ${TOP_LEVEL}, got ${quoted(level)}`);
    }
    if (
      typeof low !== 'number' ||
      !Number.isInteger(low) ||
      typeof high !== 'number' ||
      !Number.isInteger(high)
    ) {
      throw new TypeError(
        `${where}: low and high are the halves of the entry, whole numbers, got ${quoted(low)} and ${quoted(high)}`,
      );
    }
    return walkedEntry(
      format,
      { gfn, level, low, high },
      labelOf(root ?? format.name),
      kindOf(kind ?? 'shared', where),
    );
  });
  return {
    kind: 'page-table',
    title: titleOf(options.title, 'The second stage', entries.length, list.length, 'entries'),
    summary:
      options.summary === undefined
        ? `${counted(entries.filter(({ pfn }) => pfn !== null).length, 'frame')} in ${counted(entries.length, 'place')} of ${format.name}.`
        : labelOf(options.summary),
    levels: TOP_LEVEL,
    entries,
  };
}
