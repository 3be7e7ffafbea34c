/**
 * What a set of entries costs in the kernel's XArray (lib/xarray.c): nodes of 64 slots, a tree as high as the
 * highest index needs.
 */
import type { RunSet } from './runSet.ts';

/** Slots of a node, and the bits of index that a level takes (XA_CHUNK_SHIFT is 6 unless CONFIG_BASE_SMALL). */
const SLOTS = 64;

/**
 * Bytes of struct xa_node on a 64-bit kernel: 8 of counters, parent and array pointers, a list head, 64 slots, and
 * three marks of 64 bits (include/linux/xarray.h).
 */
export const XA_NODE_BYTES = 8 + 2 * 8 + 2 * 8 + 64 * 8 + 3 * 8;

/** Nodes of an XArray that has an entry at every page of the set and nowhere else. */
export function xarrayNodes(set: RunSet): number {
  const levels = levelsFor(set);
  let nodes = 0;
  let span = SLOTS;
  for (let level = 0; level < levels; level++, span *= SLOTS) {
    let lastNode = -1;
    for (let i = 0; i < set.runs; i++) {
      const first = Math.floor(set.start(i) / span);
      const last = Math.floor((set.end(i) - 1) / span);
      nodes += last - first + (first === lastNode ? 0 : 1);
      lastNode = last;
    }
  }
  return nodes;
}

/**
 * Nodes of an XArray that keeps each run as the fewest aligned entries of a power of two of pages (multi-index
 * entries, CONFIG_XARRAY_MULTI). An entry of order n lies in a node of level n / 6 and needs no node below it.
 */
export function multiIndexNodes(set: RunSet): number {
  const levels = levelsFor(set);
  let nodes = 0;
  let unit = 1;
  for (let level = 0; level < levels; level++, unit *= SLOTS) {
    const span = unit * SLOTS;
    let lastNode = -1;
    const need = (node: number) => {
      if (node !== lastNode) nodes++;
      lastNode = node;
    };
    for (let i = 0; i < set.runs; i++) {
      const start = set.start(i);
      const end = set.end(i);
      const first = Math.floor(start / span);
      const last = Math.floor((end - 1) / span);
      // A span that lies wholly inside a run is one entry of a higher level; only ragged ends need a node here.
      if (level === levels - 1 || start !== first * span || (first === last && end !== (last + 1) * span))
        need(first);
      if (level < levels - 1 && first !== last && end !== (last + 1) * span) need(last);
    }
  }
  return nodes;
}

/** Entries of the fewest aligned powers of two that make up the runs. */
export function multiIndexEntries(set: RunSet): number {
  let entries = 0;
  for (const [start, end] of set) {
    let at = start;
    while (at < end) {
      let size = 1;
      while (at % (size * 2) === 0 && at + size * 2 <= end) size *= 2;
      at += size;
      entries++;
    }
  }
  return entries;
}

function levelsFor(set: RunSet): number {
  if (set.runs === 0) return 0;
  const highest = set.end(set.runs - 1) - 1;
  let levels = 0;
  let reach = 1;
  while (highest >= reach) {
    levels++;
    reach *= SLOTS;
  }
  return levels;
}
