/**
 * Moving a page to another frame (mm/migrate.c): what compaction and NUMA balancing do. Its entries become migration
 * entries, on which faults wait; nobody else may hold a reference, so a pinned page stays where it is.
 */
import { type Actor, POINT } from '../engine/step.ts';
import { NO_PFN, OWNER_ANON, OWNER_CACHE, ZERO_PFN } from './frames.ts';
import type { Host } from './host.ts';
import type { PageOwner } from './mappedFile.ts';
import { MemFile } from './memFile.ts';
import type { Mm } from './mm.ts';
import { PTE_MIGRATION, PTE_PRESENT, PTE_WRITE, pteHigh, pteIsMigration, pteLow, pteMaps } from './pte.ts';
import { indexIn } from './vma.ts';

interface Place {
  readonly owner: PageOwner;
  readonly page: number;
  /** Flags of the entry before. */
  flags: number;
}

/** Why a page did not move. */
export type MigrationResult = 'moved' | 'not-movable' | 'referenced' | 'no-memory';

/** Moves the page that `mm` maps at a host virtual page. */
export function* migratePage(mm: Mm, page: number): Actor<MigrationResult> {
  const { host } = mm;
  const { frames } = host;
  const vma = mm.vmas.find(page);
  const low = mm.table.low(page);
  if (vma === undefined || !pteMaps(low) || mm.table.levelOf(page) > 1) return 'not-movable';
  const from = mm.table.pfn(page);
  const owner = frames.owner(from);
  if (frames.folioPages(from) > 1) return 'not-movable';
  if (from === ZERO_PFN || (owner !== OWNER_ANON && owner !== OWNER_CACHE)) return 'not-movable';
  const file = owner === OWNER_CACHE && vma.file instanceof MemFile ? vma.file : null;
  const index = indexIn(vma, page);
  const places = placesOf(host, from, page, file, index);
  // Isolating the page takes a reference, so that it cannot go meanwhile.
  frames.get(from);
  for (const place of places) yield* unmapForMigration(place, from);
  if (host.engine.stepwise) yield POINT;
  const expected = places.length + (file === null ? 0 : 1) + 1;
  // safety: migration-counts-references
  const busy = frames.references(from) !== expected || frames.pinCount(from) > 0;
  const to = busy ? NO_PFN : frames.allocate(owner);
  if (to !== NO_PFN) {
    frames.copy(from, to);
    for (const moved of mm.movers) moved(from, to);
    frames.setExclusive(to, frames.isExclusive(from));
    yield host.costs.migratePage;
    if (file !== null) {
      file.addPage(index, to);
      frames.put(from);
    }
    for (let i = places.length - (file === null ? 1 : 0); i > 0; i--) frames.get(to);
  }
  restore(host, places, from, to === NO_PFN ? from : to);
  frames.put(from);
  host.migrations.wakeAll();
  if (to !== NO_PFN) return 'moved';
  return busy ? 'referenced' : 'no-memory';
}

/** Everybody who maps the frame (rmap_walk): all mappings of its file, or the processes that share it since a fork. */
function placesOf(host: Host, pfn: number, page: number, file: MemFile | null, index: number): Place[] {
  const candidates: [PageOwner, number][] =
    file === null
      ? [...host.spaces].map(owner => [owner, page])
      : file.mappings.covering(index).map(mapping => [mapping.owner, mapping.pageOf(index)]);
  const out: Place[] = [];
  for (const [owner, at] of candidates) {
    const low = owner.table.low(at);
    if (pteMaps(low) && owner.table.pfn(at) === pfn) out.push({ owner, page: at, flags: 0 });
  }
  return out;
}

function* unmapForMigration(place: Place, pfn: number): Actor {
  const { owner, page } = place;
  const range = owner.rangeOf(page, page + 1, 'clear');
  yield* owner.invalidateStart(range);
  const low = owner.table.low(page);
  // safety: migration-rechecks-entry
  if (pteMaps(low) && owner.table.pfn(page) === pfn) {
    place.flags = low & 0xfff;
    const entry = pteLow(pfn, PTE_MIGRATION | (low & PTE_WRITE));
    owner.table.write(page, entry, pteHigh(pfn));
  }
  yield* owner.invalidateEnd(range);
}

/** Puts entries back, for the new frame or for the old one (remove_migration_ptes). */
function restore(host: Host, places: readonly Place[], from: number, to: number): void {
  for (const { owner, page, flags } of places) {
    // Whoever took it away before it was a migration entry has given the reference back, and nothing moved.
    if (flags === 0) continue;
    const low = owner.table.low(page);
    if (pteIsMigration(low) && owner.table.pfn(page) === from) {
      const write = low & PTE_WRITE;
      const rights = flags & PTE_PRESENT ? (flags & ~PTE_WRITE) | write : flags;
      owner.table.write(page, pteLow(to, rights), pteHigh(to));
      if (to !== from) host.frames.put(from);
    } else {
      // The migration entry went meanwhile, which gives nothing back: neither the old frame nor the new one is mapped.
      host.frames.put(from);
      if (to !== from) host.frames.put(to);
    }
  }
}
