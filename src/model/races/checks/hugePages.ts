/** Huge pages: no large leaf maps a page that the host takes away, and collapsing loses no write. */
import type { Engine } from '../../engine/engine.ts';
import type { World } from '../../engine/explorer/program.ts';
import type { Actor } from '../../engine/step.ts';
import type { AddressSpace } from '../../host/addressSpace.ts';
import { collapseRange } from '../../host/collapse.ts';
import { NO_PFN } from '../../host/frames.ts';
import { MemFile } from '../../host/memFile.ts';
import { newEntryFlags } from '../../host/protection.ts';
import { PTE_DIRTY, PTE_WRITE, pteHigh, pteLow } from '../../host/pte.ts';
import { PAGE_SIZE, PAGES_PER_2M } from '../../host/units.ts';
import { VM_SHARED } from '../../host/vma.ts';
import { DirtyBitmap } from '../../kvm/dirtyBitmap.ts';
import { MEM_LOG_DIRTY_PAGES } from '../../kvm/memslots.ts';
import { setMemoryRegion } from '../../kvm/memslotUpdate.ts';
import type { Vm } from '../../kvm/vm.ts';
import { hugePage, placeSlot, raceMachine } from '../setup.ts';
import type { Check } from './check.ts';

/** The page that goes, and one beside it. */
const GONE = 6;
const KEPT = 5;
const WRITTEN = 7;

/** A slot on one huge page of the host; two pages of it are mapped by small leaves where it is logged, else none. */
function setUp(
  engine: Engine,
  logged: boolean,
): { vm: Vm; mm: AddressSpace; hva: number; stopLogging: Actor } {
  const { vm, mm } = raceMachine(engine, {});
  const hva = mm.map(PAGES_PER_2M);
  const head = hugePage(mm, hva);
  const slot = { id: 0, asId: 0, baseGfn: 0, pages: PAGES_PER_2M, hva, gmemOffset: 0 };
  const dirty = new DirtyBitmap(PAGES_PER_2M, false, engine.access);
  placeSlot(vm, { ...slot, ...(logged ? { flags: MEM_LOG_DIRTY_PAGES, dirty } : {}) });
  if (logged) for (const gfn of [KEPT, GONE]) vm.mmu.install(gfn, head + gfn, true, false);
  function* stopLogging(): Actor {
    yield* setMemoryRegion(vm, { ...slot, flags: 0, gmem: () => 'closed' });
  }
  return { vm, mm, hva, stopLogging: stopLogging() };
}

function staysTrue(vm: Vm, mm: AddressSpace, hva: number): World {
  const check = () => {
    const mapped = vm.mmu.peek(GONE, false);
    return (
      mapped === NO_PFN ||
      mapped === mm.lookup(hva + GONE, false) ||
      `the guest maps frame ${mapped}, the host does not`
    );
  };
  return { properties: [{ name: 'the guest maps what the host maps', when: 'finally', check }] };
}

function recovery(engine: Engine): World {
  const { vm, mm, hva, stopLogging } = setUp(engine, true);
  engine.spawn('VMM', stopLogging);
  engine.spawn('thread', mm.dontNeed(hva + GONE, hva + GONE + 1));
  return staysTrue(vm, mm, hva);
}

function fault(engine: Engine): World {
  const { vm, mm, hva } = setUp(engine, false);
  engine.spawn('vCPU 0', vm.createVcpu().read(KEPT, false));
  engine.spawn('thread', mm.dontNeed(hva + GONE, hva + GONE + 1));
  return staysTrue(vm, mm, hva);
}

/** A file's pages are collapsed while the guest writes to one of them. */
function collapse(engine: Engine): World {
  const { vm, mm, host } = raceMachine(engine, {});
  const file = new MemFile(host, PAGES_PER_2M * PAGE_SIZE);
  const hva = mm.map(PAGES_PER_2M, file);
  mm.vmas.find(hva)!.flags |= VM_SHARED;
  placeSlot(vm, { pages: PAGES_PER_2M, hva });
  const pfn = file.ensurePage(KEPT);
  host.frames.get(pfn);
  const flags = newEntryFlags(mm.vmas.find(hva)!) | PTE_DIRTY | PTE_WRITE;
  mm.table.write(hva + KEPT, pteLow(pfn, flags), pteHigh(pfn));
  vm.mmu.install(KEPT, pfn, true, false);
  function* thread(): Actor {
    yield mm.mmapLock.read();
    yield* collapseRange(mm, mm.vmas.find(hva)!, hva, hva + PAGES_PER_2M);
    mm.mmapLock.readUnlock();
  }
  engine.spawn('thread', thread());
  engine.spawn('vCPU 0', vm.createVcpu().write(KEPT, WRITTEN, false));
  const check = () => {
    const token = host.frames.read(file.cachedPage(KEPT));
    if (token !== WRITTEN) return `the file holds ${token}, and not what the guest wrote`;
    const mapped = vm.mmu.peek(KEPT, false);
    return (
      mapped === NO_PFN ||
      mapped === file.cachedPage(KEPT) ||
      `the guest maps frame ${mapped}, the file has another`
    );
  };
  return { properties: [{ name: 'what the guest wrote is in the file', when: 'finally', check }] };
}

export const hugePages: readonly Check[] = [
  { name: 'a large leaf comes back beside a page that goes', build: recovery },
  { name: 'a fault installs a large leaf beside a page that goes', build: fault },
  { name: 'a file is collapsed under a write', build: collapse },
];
