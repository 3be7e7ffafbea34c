/** Small machines for races, built without running anything: a search builds one for every schedule. */
import type { Profile } from '../arch/profile.ts';
import type { Engine } from '../engine/engine.ts';
import type { AddressSpace } from '../host/addressSpace.ts';
import { OWNER_ANON } from '../host/frames.ts';
import { newEntryFlags } from '../host/protection.ts';
import { PTE_DIRTY, PTE_HUGE, PTE_WRITE, pteHigh, pteLow } from '../host/pte.ts';
import { PAGES_PER_2M } from '../host/units.ts';
import type { Memslot } from '../kvm/memslots.ts';
import type { Vm, VmDesigns } from '../kvm/vm.ts';
import { buildMachine, type Machine } from '../machine.ts';

/** A machine on a search's engine. */
export function raceMachine(
  engine: Engine,
  profile: Partial<Profile>,
  designs: Partial<VmDesigns> = {},
): Machine {
  return buildMachine({ engine, profile, designs });
}

/** Gives a VM a slot as if it had always been there. */
export function placeSlot(vm: Vm, slot: Partial<Memslot> & Pick<Memslot, 'pages'>): Memslot {
  const placed: Memslot = { id: 0, baseGfn: 0, flags: 0, hva: 0, gmem: null, gmemOffset: 0, ...slot };
  vm.memslots.active(0).replace(undefined, placed);
  vm.memslots.inactive(0).replace(undefined, placed);
  if (placed.gmem !== null) placed.gmem.bindings.slots.push(placed);
  return placed;
}

/** Gives a host virtual page of anonymous memory a frame as if somebody had written to it. */
export function hostPage(mm: AddressSpace, page: number): number {
  const pfn = mm.frames.allocate(OWNER_ANON);
  mm.frames.setExclusive(pfn, true);
  const flags = newEntryFlags(mm.vmas.find(page)!) | PTE_DIRTY | PTE_WRITE;
  mm.table.write(page, pteLow(pfn, flags), pteHigh(pfn));
  return pfn;
}

/** The same with a huge page, for the 2 MiB from an aligned host virtual page on. Returns its first frame. */
export function hugePage(mm: AddressSpace, page: number): number {
  const head = mm.frames.allocateFolio(OWNER_ANON, PAGES_PER_2M);
  mm.frames.setExclusive(head, true);
  const flags = newEntryFlags(mm.vmas.find(page)!) | PTE_HUGE | PTE_DIRTY | PTE_WRITE;
  mm.table.writeHuge(page, 2, pteLow(head, flags), pteHigh(head));
  return head;
}
