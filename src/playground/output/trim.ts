/** Brings what a program shows to a size that a page can draw, and its text to what can be seen. */
import type { View } from '../../model/index.ts';
import { visible } from '../protocol/visible.ts';

/** Tables and figures of a run that are drawn. */
export const VIEWS = 60;
/** Rows of a table that are drawn. */
export const TABLE_ROWS = 200;
/** Marks of a figure that are drawn. */
export const MARKS = 2_000;

/** Fields that name columns or kinds; they are compared, not read. */
const NAMES = new Set(['key', 'kind', 'series', 'mark', 'scale']);

/** A view as it is drawn; its title says what was left out. */
export function drawable(view: View): View {
  return seen(trimmed(view)) as View;
}

function trimmed(view: View): View {
  switch (view.kind) {
    case 'table':
      return shortened(view, view.rows.length, TABLE_ROWS, { rows: view.rows.slice(0, TABLE_ROWS) });
    case 'plot':
      return shortened(view, view.rows.length, MARKS, { rows: view.rows.slice(0, MARKS) });
    case 'memory-map':
      return shortened(view, view.ranges.length, MARKS, { ranges: view.ranges.slice(0, MARKS) });
    case 'page-table':
      return shortened(view, view.entries.length, TABLE_ROWS, { entries: view.entries.slice(0, TABLE_ROWS) });
    case 'timeline': {
      const most = Math.max(0, ...view.lanes.map(lane => lane.slices.length + (lane.instants?.length ?? 0)));
      const each = Math.max(1, Math.floor(MARKS / Math.max(1, view.lanes.length)));
      const lanes = view.lanes.slice(0, MARKS).map(lane => ({
        ...lane,
        slices: lane.slices.slice(0, each),
        ...(lane.instants ? { instants: lane.instants.slice(0, each) } : {}),
      }));
      return shortened(view, most, each, { lanes });
    }
  }
}

function shortened<V extends View>(view: V, count: number, limit: number, part: Partial<V>): V {
  return count <= limit
    ? view
    : { ...view, ...part, title: `${view.title} (drawn: the first ${limit} of ${count})` };
}

/** The same with every text that is read made visible. */
function seen(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value)) return value.map(seen);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, NAMES.has(key) ? item : seen(item)]),
  );
}
