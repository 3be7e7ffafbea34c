/**
 * What becomes of small pages once nothing keeps them small any more: logging of writes ends, or userspace has brought
 * every page (kvm_mmu_recover_huge_pages, arch/x86/kvm/mmu/mmu.c; kvm_mmu_zap_collapsible_sptes before 6.13).
 */
import { atLeast } from '../arch/profile.ts';
import { type Actor, POINT } from '../engine/step.ts';
import { spanOf } from '../host/radixTable.ts';
import { leafLevel, MAX_LEVEL } from './hugeLevel.ts';
import { MEM_LOG_DIRTY_PAGES, type Memslot } from './memslots.ts';
import type { Vm } from './vm.ts';
import { FILTER_SHARED, zapGfns } from './zap.ts';

/** The TDP MMU puts the large leaf where the table was, instead of waiting for an access (recover_huge_pages_range). */
const IN_PLACE = [6, 13] as const;

/** An entry that has a table below it. */
interface Entry {
  readonly level: number;
  /** First gfn that it maps. */
  readonly gfn: number;
}

/**
 * Makes the slot's mappings large where they may be. Called with slots_lock held.
 *
 * On arm64 nothing is done: small entries stay until a fault puts a block in their place
 * (kvm_arch_commit_memory_region, arch/arm64/kvm/mmu.c).
 */
export function* recoverHugePages(vm: Vm, slot: Memslot): Actor {
  const { arch, mmu, release } = vm.profile;
  if (arch === 'arm64' || slot.flags & MEM_LOG_DIRTY_PAGES) return;
  if (mmu !== 'tdp') {
    yield* dropSmallLeaves(vm, slot);
    return;
  }
  yield vm.mmuLock.read();
  // A design that counts pins by leaf has to be asked about every one that goes.
  if (atLeast(release, IN_PLACE) && vm.pinning === null) yield* recoverInPlace(vm, slot);
  else yield* dropTables(vm, slot);
  vm.mmuLock.readUnlock();
}

/** Entries of the slot with tables below them that a large leaf could replace, those of 1 GiB before their parts. */
function entriesOf(vm: Vm, slot: Memslot): Entry[] {
  const end = slot.baseGfn + slot.pages;
  const entries: Entry[] = [];
  vm.mmu.direct.forEachTable(slot.baseGfn, end, ({ level, base }) => {
    // What begins outside the slot reaches beyond it.
    if (level < MAX_LEVEL && base >= slot.baseGfn) entries.push({ level: level + 1, gfn: base });
  });
  return entries;
}

function mayBeLarge(vm: Vm, slot: Memslot, { level, gfn }: Entry): boolean {
  return leafLevel(vm, slot, gfn, slot.gmem !== null && vm.isPrivate(gfn)) >= level;
}

/** Puts large leaves where tables are, and flushes once, or whenever somebody waits for mmu_lock. */
function* recoverInPlace(vm: Vm, slot: Memslot): Actor {
  const { engine, mmu, mmuLock, costs } = vm;
  let stale = false;
  for (const entry of entriesOf(vm, slot)) {
    if (mmuLock.contended) {
      if (stale) yield* flush(vm);
      stale = false;
      mmuLock.readUnlock();
      yield mmuLock.read();
    }
    if (engine.stepwise) yield POINT;
    if (!mayBeLarge(vm, slot, entry)) continue;
    if (engine.stepwise) yield POINT;
    // A table in which nothing is mapped tells no frame: it stays.
    const leaf = mmu.firstLeafBelow(entry.gfn, entry.level);
    if (leaf === null) continue;
    if (engine.stepwise) yield POINT;
    if (!mmu.putLarge(entry.gfn, entry.level, leaf)) continue;
    yield costs.recoverTable;
    stale = true;
  }
  if (stale) yield* flush(vm);
}

/** Drops the tables, each with a flush, for accesses to fault large leaves in (zap_collapsible_spte_range). */
function* dropTables(vm: Vm, slot: Memslot): Actor {
  for (const entry of entriesOf(vm, slot)) {
    if (!mayBeLarge(vm, slot, entry)) continue;
    const { gfn, level } = entry;
    if ((yield* zapGfns(vm, gfn, gfn + spanOf(level), FILTER_SHARED, 'resize')) > 0)
      yield vm.costs.recoverTable;
  }
}

/**
 * Drops small leaves under mmu_lock held for writing, and flushes once (kvm_rmap_zap_collapsible_sptes). What shadows a
 * small page of the guest's own tables stays.
 */
function* dropSmallLeaves(vm: Vm, slot: Memslot): Actor {
  yield vm.mmuLock.write();
  let zapped = 0;
  for (const entry of entriesOf(vm, slot)) {
    if (entry.level !== 2 || !mayBeLarge(vm, slot, entry)) continue;
    const gone = vm.mmu.zap(entry.gfn, entry.gfn + spanOf(2), FILTER_SHARED, 'resize');
    zapped += gone;
    if (gone > 0) yield vm.costs.recoverTable;
  }
  vm.stats.zapped += zapped;
  if (zapped > 0) yield* flush(vm);
  vm.mmuLock.writeUnlock();
}

function* flush(vm: Vm): Actor {
  vm.stats.tlbFlushes++;
  yield vm.costs.zap;
}
