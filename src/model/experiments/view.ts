/**
 * What a figure shows, as plain data.
 *
 * Experiments and playground programs produce these; `src/views` draws them. Nothing here is HTML, a function or
 * a class instance, so a view passes through JSON and `postMessage` unchanged.
 */

/** One value of a row. */
export type Value = number | string | boolean | null;

/** One row of results; keys are the columns' names. */
export type Row = Readonly<Record<string, Value>>;

/** The kinds a page of guest memory can have; each has one colour on the whole site. */
export type PageKind = 'shared' | 'private' | 'pinned' | 'faulting' | 'free' | 'unmapped';

/** A column of a table, or the meaning of one of a plot's channels. */
export interface Column {
  readonly key: string;
  readonly label: string;
  readonly unit?: string;
  /** Decimals shown; integers and text are shown as they are when it is left out. */
  readonly digits?: number;
}

/** A table of rows. */
export interface TableView {
  readonly kind: 'table';
  readonly title: string;
  /** Detail that a page shows once a reader asks for it. */
  readonly folded?: boolean;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** An axis of a plot: the column it shows and how it is scaled. */
export interface Axis extends Column {
  readonly scale?: 'linear' | 'log' | 'band';
}

/** Points published by somebody else, drawn over what the model computed. */
export interface PublishedPoint {
  readonly x: number | string;
  readonly y: number;
  readonly label: string;
  /** Series it belongs to, where the plot has series. */
  readonly series?: string;
}

/** A plot of rows: lines, dots, bars, stacked bars or steps. */
export interface PlotView {
  readonly kind: 'plot';
  readonly title: string;
  /** One sentence that says what the figure shows, for those who do not see it. */
  readonly summary: string;
  readonly mark: 'line' | 'dot' | 'bar' | 'stack' | 'step';
  readonly x: Axis;
  readonly y: Axis;
  /** Column whose values tell the series apart. */
  readonly series?: string;
  /** Series whose colour is that of a page kind. */
  readonly seriesKinds?: Readonly<Record<string, PageKind>>;
  readonly rows: readonly Row[];
  readonly published?: readonly PublishedPoint[];
  /** Draw bars along the x axis, one a row: for long category names. */
  readonly horizontal?: boolean;
}

/** A run of guest pages that look alike. */
export interface MapRange {
  /** First guest frame number. */
  readonly gfn: number;
  /** Number of 4 KiB pages. */
  readonly pages: number;
  readonly kind: PageKind;
  /** Memslot id, or null where no slot covers the range. */
  readonly slot: number | null;
  /** What backs it: `guest_memfd`, `anonymous`, `memfd`, ... */
  readonly backing: string;
  /** Anything else worth reading in the table beside the map. */
  readonly note?: string;
}

/** Guest physical memory as a strip. */
export interface MemoryMapView {
  readonly kind: 'memory-map';
  readonly title: string;
  readonly summary: string;
  /** What lies between them is not part of the map: no slot covers it, and nobody asked for it. */
  readonly ranges: readonly MapRange[];
  /** First gfn beyond the map, where the ranges do not reach so far. */
  readonly endGfn?: number;
}

/** One bit or field of an SPTE in words. */
export interface PageTableBit {
  readonly name: string;
  /** Where it is in the 64 bits: `bit 11`. */
  readonly where: string;
  /** `yes`, `no`, or what the field says. */
  readonly value: string;
}

/** The entry at which a walk of the second stage ends: a leaf, or an empty one. */
export interface PageTableEntry {
  /** Name of the root the walk begins at; a VM can have several. */
  readonly root: string;
  /** A guest frame it covers. */
  readonly gfn: number;
  /** Level of its table: 1 where an entry covers 4 KiB, 2 for 2 MiB, 3 for 1 GiB. */
  readonly level: number;
  /** Kind of the memory it maps; `unmapped` where it maps none. */
  readonly kind: PageKind;
  /** First host frame it maps or keeps, or null. */
  readonly pfn: number | null;
  readonly bits: readonly PageTableBit[];
}

/** The second stage of translation as a tree of tables of 512 entries. */
export interface PageTableView {
  readonly kind: 'page-table';
  readonly title: string;
  readonly summary: string;
  /** Level of the roots. */
  readonly levels: number;
  readonly entries: readonly PageTableEntry[];
}

/** Something an actor did over a time. */
export interface TimelineSlice {
  /** Virtual time in ns. */
  readonly start: number;
  readonly end: number;
  readonly name: string;
  /** What it was: running, waiting for a lock, holding it, blocked, or stalled by somebody else. */
  readonly kind: 'run' | 'wait' | 'hold' | 'block' | 'stall';
}

/** Something an actor did at one moment. */
export interface TimelineInstant {
  readonly at: number;
  readonly name: string;
}

/** One actor or lock of a timeline. */
export interface TimelineLane {
  readonly name: string;
  readonly slices: readonly TimelineSlice[];
  readonly instants?: readonly TimelineInstant[];
}

/** Lanes of slices over virtual time. */
export interface TimelineView {
  readonly kind: 'timeline';
  readonly title: string;
  readonly summary: string;
  readonly lanes: readonly TimelineLane[];
}

export type View = TableView | PlotView | MemoryMapView | PageTableView | TimelineView;
