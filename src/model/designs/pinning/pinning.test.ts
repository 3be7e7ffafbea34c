import { describe, expect, it } from 'vitest';
import type { Actor } from '../../engine/step.ts';
import { EINVAL } from '../../host/errno.ts';
import { migratePage } from '../../host/migrate.ts';
import { GARBAGE_TOKEN } from '../../host/seals.ts';
import { PAGE_SIZE } from '../../host/units.ts';
import { guestGivesUp } from '../../kvm/balloon.ts';
import { GuestMemfd } from '../../kvm/guestMemfd.ts';
import { launchUpdateData } from '../../kvm/launchUpdate.ts';
import { createSlot } from '../../kvm/memslotUpdate.ts';
import type { PinningDesign } from '../../kvm/pinning.ts';
import { putVm } from '../../kvm/vmLifetime.ts';
import { buildMachine, type Machine } from '../../machine.ts';
import { pinningDesigns } from './index.ts';
import {
  pinnedSptesBallooning,
  pinnedSptesLaunch,
  pinnedSptesRfc,
  pinnedSptesSurviving,
} from './pinnedSptes.ts';

const PAGES = 16;

/** The firmware encrypts so many pages of the VMM's, from page `hva` on. */
function launch({ vm }: Machine, hva: number, pages: number): Actor<number> {
  return launchUpdateData(vm, BigInt(hva * PAGE_SIZE), BigInt(pages * PAGE_SIZE));
}

function play(pinning: PinningDesign, script: (machine: Machine, hva: number) => Actor): Machine {
  const inFile = pinning.memory === 'guest_memfd';
  const machine = buildMachine({
    profile: inFile ? { vmType: 'snp', release: [6, 11] } : { vmType: 'sev', release: [5, 9] },
    designs: { pinning },
  });
  const { engine, vm, mm } = machine;
  engine.spawn(
    'script',
    (function* (): Actor {
      const hva = mm.map(PAGES);
      const gmem = inFile ? new GuestMemfd(vm, PAGES) : null;
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages: PAGES, flags: 0, hva, gmem, gmemOffset: 0 });
      if (inFile) yield* vm.conversion.convert(0, PAGES, true);
      yield* script(machine, hva);
      const closing = gmem?.drop();
      if (closing) yield* closing;
    })(),
  );
  engine.run();
  expect(engine.blocked()).toEqual([]);
  return machine;
}

/** What a guest finds in its firmware that the host has tried to move between launch and the first touch. */
function launched(pinning: PinningDesign): { moved: string; found: number | undefined } {
  const out = { moved: '', found: undefined as number | undefined };
  play(pinning, function* (machine, hva) {
    const { vm, mm } = machine;
    const vcpu = vm.createVcpu();
    mm.frames.write(yield* mm.fault(hva + 3, true), 77);
    expect(yield* launch(machine, hva + 3, 1)).toBe(0);
    out.moved = yield* migratePage(mm, hva + 3);
    out.found = yield* vcpu.read(3, true);
  });
  return out;
}

describe('every pinning design', () => {
  it.each(pinningDesigns.map(design => [design.name, design] as const))(
    '%s gives every frame back once, when address space and VM are gone',
    (_, design) => {
      const { host } = play(design, function* (machine, hva) {
        const { vm, mm } = machine;
        const vcpu = vm.createVcpu();
        for (let gfn = 0; gfn < 4; gfn++) yield* vcpu.write(gfn, 1, true);
        yield* launch(machine, hva + 6, 2);
        yield* guestGivesUp(vm, 1, 2);
        yield* mm.dontNeed(hva + 1, hva + 3);
        yield* vcpu.write(2, 1, true);
        yield* mm.exit();
        yield* putVm(vm);
      });
      // The page of zeros is the host's own.
      expect(host.frames.inUse).toBe(0);
    },
  );
});

describe('pinning during launch update', () => {
  it('keeps the host from moving what the firmware has encrypted before the guest touches it', () => {
    expect(launched(pinnedSptesLaunch)).toEqual({ moved: 'referenced', found: 77 });
    expect(launched(pinnedSptesRfc)).toEqual({ moved: 'moved', found: GARBAGE_TOKEN });
  });

  it('needs a slot, and a vCPU to map with', () => {
    play(pinnedSptesLaunch, function* (machine, hva) {
      const { vm, mm } = machine;
      expect(yield* launch(machine, mm.map(1), 1)).toBe(-EINVAL);
      expect(yield* launch(machine, hva, 1)).toBe(-EINVAL);
      expect(vm.host.frames.pinCount(vm.mm.lookup(vm.memslots.set.find(0)!.hva, false))).toBe(0);
    });
  });
});

describe('ballooning', () => {
  function frameAfterBalloon(design: PinningDesign): number {
    let references = -1;
    play(design, function* ({ vm, mm }, hva) {
      yield* vm.createVcpu().write(3, 77, true);
      const pfn = mm.lookup(hva + 3, false);
      yield* guestGivesUp(vm, 3, 4);
      yield* mm.dontNeed(hva + 3, hva + 4);
      references = mm.frames.references(pfn);
    });
    return references;
  }

  it('gives the host back what the guest has given up, and no other design does', () => {
    expect(frameAfterBalloon(pinnedSptesBallooning)).toBe(0);
    expect(frameAfterBalloon(pinnedSptesRfc)).toBe(1);
    expect(frameAfterBalloon(pinnedSptesSurviving)).toBe(1);
  });
});
