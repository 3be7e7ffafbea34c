/** Changes of memslots against faults and against events of the host. */
import type { Engine } from '../../engine/engine.ts';
import type { World } from '../../engine/explorer/program.ts';
import type { Actor } from '../../engine/step.ts';
import { NO_PFN } from '../../host/frames.ts';
import { MEM_USERFAULT } from '../../kvm/memslots.ts';
import { createSlot, deleteSlot, setMemoryRegion } from '../../kvm/memslotUpdate.ts';
import { hostPage, placeSlot, raceMachine } from '../setup.ts';
import { Watched } from '../watched.ts';
import type { Check } from './check.ts';

const GFN = 0;

/** The VMM adds a slot while the host changes the pages behind it. */
function creation(engine: Engine): World {
  const { vm, mm } = raceMachine(engine, {});
  const hva = mm.map(1);
  hostPage(mm, hva);
  const slot = { id: 0, baseGfn: GFN, pages: 1, flags: 0, hva, gmem: null, gmemOffset: 0 };
  engine.spawn('VMM', createSlot(vm, slot));
  engine.spawn('madvise', mm.dontNeed(hva, hva + 1));
  const check = () => {
    const { inProgress } = vm.invalidation;
    return inProgress === 0 || `${inProgress} invalidations are under way, and nobody is at work`;
  };
  return { properties: [{ name: 'every invalidation that begins ends', when: 'finally', check }] };
}

/** The VMM deletes a slot while a vCPU faults on it; other slots keep their mappings. */
function deletion(engine: Engine): World {
  const { vm, mm } = raceMachine(engine, {
    quirks: { slotZapAll: false, ignoreGuestPat: true, cdNwCleared: true },
  });
  const hva = mm.map(1);
  hostPage(mm, hva);
  placeSlot(vm, { pages: 1, hva });
  const deleted = new Watched(engine, 'slot is deleted', false);
  function* vmm(): Actor {
    yield* deleteSlot(vm, 0);
    deleted.set(true);
  }
  engine.spawn('vCPU 0', vm.createVcpu().access(GFN, false, false));
  engine.spawn('VMM', vmm());
  const check = () =>
    !deleted.get() || vm.mmu.peek(GFN, false) === NO_PFN || `gfn ${GFN} is mapped, and has no slot`;
  return { properties: [{ name: 'a slot that is deleted leaves no mapping', when: 'always', check }] };
}

/** The VMM puts a mapped page under userfault while a vCPU faults on it. */
function userfault(engine: Engine): World {
  const { vm, mm } = raceMachine(engine, {});
  const hva = mm.map(1);
  hostPage(mm, hva);
  placeSlot(vm, { pages: 1, hva });
  const enabled = new Watched(engine, 'userfault is on', false);
  function* vmm(): Actor {
    yield* setMemoryRegion(vm, {
      ...{ asId: 0, id: 0, baseGfn: GFN, pages: 1, hva, gmemOffset: 0 },
      flags: MEM_USERFAULT,
      gmem: () => 'closed',
      userfault: { isMissing: () => true },
    });
    enabled.set(true);
  }
  engine.spawn('vCPU 0', vm.createVcpu().access(GFN, false, false));
  engine.spawn('VMM', vmm());
  const check = () =>
    !enabled.get() || vm.mmu.peek(GFN, false) === NO_PFN || `gfn ${GFN} is mapped, and missing`;
  return { properties: [{ name: 'no page that is missing is mapped', when: 'always', check }] };
}

export const slots: readonly Check[] = [
  { name: 'a slot is added under an event of the host', build: creation },
  { name: 'a slot is deleted under a fault', build: deletion },
  { name: 'userfault is turned on under a fault', build: userfault },
];
