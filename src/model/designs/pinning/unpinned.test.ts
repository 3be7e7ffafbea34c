import { describe, expect, it } from 'vitest';
import type { VmType } from '../../arch/profile.ts';
import type { Actor } from '../../engine/step.ts';
import { EINVAL } from '../../host/errno.ts';
import { migratePage } from '../../host/migrate.ts';
import { GARBAGE_TOKEN } from '../../host/seals.ts';
import { createSlot } from '../../kvm/memslotUpdate.ts';
import type { PinningDesign } from '../../kvm/pinning.ts';
import { buildMachine } from '../../machine.ts';
import { pinAtRegistration } from './atRegistration.ts';
import { firmwareMove, pinnedByFile } from './unpinned.ts';

/** What an SEV guest finds in a page that the host has moved since it was written. */
function foundAfterMove(pinning: PinningDesign | undefined): { moved: string; found: number | undefined } {
  const { engine, vm, mm } = buildMachine({ profile: { vmType: 'sev' }, designs: { pinning } });
  const out = { moved: '', found: undefined as number | undefined };
  engine.spawn(
    'script',
    (function* (): Actor {
      const hva = mm.map(4);
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages: 4, flags: 0, hva, gmem: null, gmemOffset: 0 });
      const vcpu = vm.createVcpu();
      yield* vcpu.write(2, 77, true);
      out.moved = yield* migratePage(mm, hva + 2);
      out.found = yield* vcpu.read(2, true);
    })(),
  );
  engine.run();
  return out;
}

const build = (pinning: PinningDesign, vmType: VmType) => () =>
  buildMachine({ profile: { vmType }, designs: { pinning } });

describe('firmware that moves pages', () => {
  it('lets the host move what a guest has written, and the guest read it', () => {
    expect(foundAfterMove(undefined)).toEqual({ moved: 'moved', found: GARBAGE_TOKEN });
    expect(foundAfterMove(firmwareMove)).toEqual({ moved: 'moved', found: 77 });
  });

  it('is refused where nothing is encrypted, and where private memory is in a file', () => {
    expect(build(firmwareMove, 'default')).toThrow(/the memory of a VM of type default is not encrypted/);
    expect(build(firmwareMove, 'snp')).toThrow(/has its private memory in a guest_memfd/);
    expect(build(firmwareMove, 'sev-es')).not.toThrow();
  });
});

describe('guest_memfd as what keeps pages in place', () => {
  it('is refused where no fault tells private from shared, as pins are where it does', () => {
    expect(build(pinnedByFile, 'sev')).toThrow(/no fault of a VM of type sev tells private from shared/);
    expect(build(pinAtRegistration, 'tdx')).toThrow(/about memory that the VMM maps/);
    expect(build(pinnedByFile, 'snp')).not.toThrow();
  });

  it('refuses a slot without one', () => {
    const { engine, vm, mm } = buildMachine({
      profile: { vmType: 'snp' },
      designs: { pinning: pinnedByFile },
    });
    let result = 0;
    engine.spawn(
      'VMM',
      (function* (): Actor {
        const slot = { id: 0, baseGfn: 0, pages: 4, flags: 0, gmem: null, gmemOffset: 0 };
        result = yield* createSlot(vm, { ...slot, hva: mm.map(4) });
      })(),
    );
    engine.run();
    expect(result).toBe(-EINVAL);
  });
});
