/** Checks what a program shows before anything is drawn of it. The forms are those of the model's views. */
import type {
  Column,
  LogLine,
  MemoryMapView,
  PageTableView,
  PlotView,
  Shown,
  TableView,
  TimelineView,
} from '../../model/index.ts';
import {
  type Check,
  dictionary,
  either,
  finite,
  flag,
  list,
  Misfit,
  nothing,
  oneOf,
  record,
  text,
  whole,
} from './shape.ts';

const ROWS = 10_000;
const LABEL = text(500);
const value = either(either(finite, flag), either(text(1_100), nothing));
const row = dictionary(value, 40, 500);
const pageKind = oneOf('shared', 'private', 'pinned', 'faulting', 'free', 'unmapped');

const columnFields = { key: LABEL, label: LABEL };
const columnOptions = { unit: LABEL, digits: whole(0) };
const column: Check<Column> = (given, where) => {
  const checked = record(columnFields, columnOptions)(given, where);
  if (checked.digits !== undefined && checked.digits > 20) throw new Misfit(`${where}.digits`, 'at most 20');
  return checked;
};
const axis = record(columnFields, { ...columnOptions, scale: oneOf('linear', 'log', 'band') });

const log: Check<LogLine> = record(
  { kind: oneOf('log'), level: oneOf('log', 'warn', 'error'), text: text(10_100) },
  {},
);

const table: Check<TableView> = record(
  { kind: oneOf('table'), title: LABEL, columns: list(column, 40), rows: list(row, ROWS) },
  {},
);

const plot: Check<PlotView> = record(
  {
    kind: oneOf('plot'),
    title: LABEL,
    summary: LABEL,
    mark: oneOf('line', 'dot', 'bar', 'stack', 'step'),
    x: axis,
    y: axis,
    rows: list(row, ROWS),
  },
  {
    series: LABEL,
    seriesKinds: dictionary(pageKind, 40, 500),
    published: list(record({ x: either(finite, LABEL), y: finite, label: LABEL }, { series: LABEL }), 200),
    horizontal: flag,
  },
);

const memoryMap: Check<MemoryMapView> = record(
  {
    kind: oneOf('memory-map'),
    title: LABEL,
    summary: LABEL,
    ranges: list(
      record(
        { gfn: whole(0), pages: whole(1), kind: pageKind, slot: either(whole(0), nothing), backing: LABEL },
        { note: LABEL },
      ),
      ROWS,
    ),
  },
  {},
);

/** No machine has more levels of second-stage tables. */
const level: Check<number> = (given, where) => {
  const checked = whole(1)(given, where);
  if (checked > 5) throw new Misfit(where, 'at most 5');
  return checked;
};
const pageTable: Check<PageTableView> = record(
  {
    kind: oneOf('page-table'),
    title: LABEL,
    summary: LABEL,
    levels: level,
    entries: list(
      record(
        {
          root: LABEL,
          gfn: whole(0),
          level,
          kind: pageKind,
          pfn: either(whole(0), nothing),
          bits: list(record({ name: LABEL, where: LABEL, value: LABEL }, {}), 64),
        },
        {},
      ),
      ROWS,
    ),
  },
  {},
);

const slice = record(
  { start: finite, end: finite, name: LABEL, kind: oneOf('run', 'wait', 'hold', 'block', 'stall') },
  {},
);
const lane = record(
  { name: LABEL, slices: list(slice, ROWS) },
  { instants: list(record({ at: finite, name: LABEL }, {}), ROWS) },
);
const timeline: Check<TimelineView> = record(
  { kind: oneOf('timeline'), title: LABEL, summary: LABEL, lanes: list(lane, 1_000) },
  {},
);

const BY_KIND: Readonly<Record<Shown['kind'], Check<Shown>>> = {
  log,
  table,
  plot,
  'memory-map': memoryMap,
  'page-table': pageTable,
  timeline,
};

/** Kinds of things that can be shown. */
export const SHOWN_KINDS = Object.keys(BY_KIND) as Shown['kind'][];

/**
 * @param item anything that JSON can hold.
 * @returns a fresh item with known fields alone.
 * @throws Misfit
 */
export const shownItem: Check<Shown> = (item, where) => {
  const given = typeof item === 'object' && item !== null ? (item as { kind?: unknown }).kind : undefined;
  const kind = SHOWN_KINDS.find(one => one === given);
  if (!kind) throw new Misfit(where, `of one of the kinds ${SHOWN_KINDS.join(', ')}`);
  return BY_KIND[kind](item, where);
};
