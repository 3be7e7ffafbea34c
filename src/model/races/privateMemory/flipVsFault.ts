/** A conversion against concurrent faults: what the sequence count and the range in progress are for. */

import type { TableConversion } from '../../designs/conversion/attributesIoctl.ts';
import type { Property } from '../../engine/explorer/program.ts';
import { type Actor, POINT } from '../../engine/step.ts';
import { NO_PFN, OWNER_GMEM } from '../../host/frames.ts';
import { GuestMemfd } from '../../kvm/guestMemfd.ts';
import { setAttributes } from '../../kvm/setAttributes.ts';
import type { Vm } from '../../kvm/vm.ts';
import type { Race, RaceWorld } from '../race.ts';
import { placeSlot, raceMachine } from '../setup.ts';
import { showMemory } from '../show.ts';
import { Watched } from '../watched.ts';
import { countAlone, countReadLate, withoutCheck } from '../weaken.ts';

const GFN = 0;

const KIND = 'once the ioctl has returned, a mapping has its attribute’s kind';
const ONE_ROOT = 'no gfn is mapped from both roots';

export const flipVsFault: Race = {
  id: 'private-memory/flip-vs-fault',
  question: 'Can a fault map the page of the wrong kind while userspace converts it?',
  designs: [
    {
      name: 'merged',
      title: 'KVM_SET_MEMORY_ATTRIBUTES as merged, on TDX',
      expected: 'holds',
    },
    {
      name: 'merged-snp',
      title: 'The same on SNP, with one root for both kinds',
      expected: 'holds',
    },
    {
      name: 'no-sequence-check',
      title: 'No check under mmu_lock',
      weakening: 'The fault installs without asking whether anything has changed.',
      expected: KIND,
    },
    {
      name: 'sequence-read-late',
      title: 'Sequence read after the attribute',
      weakening: 'The fault reads the sequence count only once it has looked the attribute up.',
      expected: KIND,
    },
    {
      name: 'no-range',
      title: 'No range in progress',
      weakening: 'The fault compares the count alone, so that an invalidation under way goes unnoticed.',
      expected: KIND,
    },
    {
      name: 'end-before-store',
      title: 'Ended before the store',
      weakening: 'The ioctl ends the invalidation first and stores the attribute then.',
      expected: KIND,
    },
    {
      name: 'store-before-zap',
      title: 'Stored before the zap',
      weakening: 'The ioctl stores the attribute before it opens the invalidation.',
      expected: ONE_ROOT,
    },
  ],
  build(engine, design): RaceWorld {
    const vmType = design === 'merged-snp' ? 'snp' : 'tdx';
    const { vm, mm } = raceMachine(engine, { vmType });
    const gmem = new GuestMemfd(vm, 1);
    placeSlot(vm, { pages: 1, hva: mm.map(1), gmem });
    if (design === 'no-sequence-check') withoutCheck(vm);
    if (design === 'no-range') countAlone(vm);
    if (design === 'sequence-read-late') countReadLate(vm);
    const converting = new Watched(engine, 'ioctl', true);
    const { store } = vm.conversion as TableConversion;

    engine.spawn('vCPU 0', vm.createVcpu().access(GFN, false, false));
    engine.spawn('vCPU 1', vm.createVcpu().access(GFN, true, true));
    engine.spawn('VMM', vmm(vm, store, design, converting));

    const properties: Property[] = [
      { name: KIND, when: 'always', check: () => converting.get() || rightKind(vm) },
    ];
    if (vm.mmu.mirror !== null) {
      properties.push({ name: ONE_ROOT, when: 'always', check: () => oneRoot(vm) });
    }
    return { properties, memory: { vm, gfns: [GFN] }, show: () => showMemory(vm, 1) };
  },
};

function* vmm(vm: Vm, store: TableConversion['store'], design: string, converting: Watched<boolean>): Actor {
  yield* convert(vm, store, design);
  converting.set(false);
}

function* convert(vm: Vm, store: TableConversion['store'], design: string): Actor {
  const isAll = () => false;
  if (design === 'end-before-store') {
    yield* setAttributes(vm, { isAll, set: () => {} }, GFN, GFN + 1, true, 0);
    yield POINT;
    store.set(GFN, GFN + 1, true);
  } else if (design === 'store-before-zap') {
    store.set(GFN, GFN + 1, true);
    yield* setAttributes(vm, { isAll, set: () => {} }, GFN, GFN + 1, true, 0);
  } else {
    yield* vm.conversion.convert(GFN, GFN + 1, true);
  }
}

function rightKind(vm: Vm): true | string {
  const attribute = vm.isPrivate(GFN);
  for (const isPrivate of vm.mmu.mirror === null ? [attribute] : [false, true]) {
    const pfn = vm.mmu.peek(GFN, isPrivate);
    if (pfn === NO_PFN) continue;
    const kind = vm.host.frames.owner(pfn) === OWNER_GMEM;
    if (kind !== attribute || (vm.mmu.mirror !== null && isPrivate !== attribute)) {
      return `gfn ${GFN} is ${attribute ? 'private' : 'shared'}, and a ${kind ? 'private' : 'shared'} page is mapped`;
    }
  }
  return true;
}

function oneRoot(vm: Vm): true | string {
  const both = vm.mmu.peek(GFN, false) !== NO_PFN && vm.mmu.peek(GFN, true) !== NO_PFN;
  return !both || `gfn ${GFN} is mapped from the direct root and from the mirror root`;
}
