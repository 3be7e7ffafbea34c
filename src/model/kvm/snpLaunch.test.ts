import { describe, expect, it } from 'vitest';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { inPlace } from '../designs/conversion/inPlace.ts';
import type { Actor } from '../engine/step.ts';
import { EEXIST, EINVAL } from '../host/errno.ts';
import { buildMachine } from '../machine.ts';
import { GuestMemfd } from './guestMemfd.ts';
import { createSlot } from './memslotUpdate.ts';
import { populateSnp } from './snpLaunch.ts';

/** A VM with one slot of 4 pages, all private, and a page of the VMM that holds `token`. */
function scene(conversion = attributesIoctl) {
  const machine = buildMachine({ profile: { vmType: 'snp' }, designs: { conversion } });
  const { engine, mm, vm, host } = machine;
  const hva = mm.map(4);
  const token = host.frames.newToken();
  const gmem = new GuestMemfd(vm, 4);
  function* setUp(): Actor {
    yield* createSlot(vm, { id: 0, baseGfn: 0, pages: 4, flags: 0, hva, gmem, gmemOffset: 0 });
    yield* vm.conversion.convert(0, 4, true);
    host.frames.write(yield* mm.fault(hva, true), token);
  }
  function run<T>(actor: Actor<T>): T {
    let out: T;
    engine.spawn(
      'test',
      (function* () {
        out = yield* actor;
      })(),
    );
    engine.run();
    return out!;
  }
  run(setUp());
  return { ...machine, gmem, hva, token, run };
}

describe('populateSnp', () => {
  it('copies, and encrypts what it has copied: the guest reads it, the host does not', () => {
    const { vm, host, gmem, hva, token, run } = scene();
    expect(run(populateSnp(vm, 0, hva))).toBe(0);
    expect(run(vm.createVcpu().read(0, true))).toBe(token);
    expect(host.frames.seals.isSealed(gmem.cachedPage(0))).toBe(true);
    expect(vm.rmp!.gfnOf(gmem.cachedPage(0))).toBe(0);
  });

  it('refuses a page that the guest has in use, a shared one, and a gfn without a file', () => {
    const { vm, hva, run } = scene();
    expect(run(vm.createVcpu().write(1, 7, true))).toBe(true);
    expect(run(populateSnp(vm, 1, hva))).toBe(-EEXIST);
    run(vm.conversion.convert(2, 3, false));
    expect(run(populateSnp(vm, 2, hva))).toBe(-EINVAL);
    expect(run(populateSnp(vm, 9, hva))).toBe(-EINVAL);
  });

  it('without a source takes what the file’s page holds, and needs one that is there', () => {
    const { vm, host, gmem, token, run } = scene(inPlace);
    expect(run(populateSnp(vm, 0, null))).toBe(-EINVAL);
    host.frames.write(gmem.getPfn(0), token);
    expect(run(populateSnp(vm, 0, null))).toBe(0);
    expect(run(vm.createVcpu().read(0, true))).toBe(token);
  });

  it('is what makes contents readable: a page written by the host alone is noise to the guest', () => {
    const { vm, host, gmem, token, run } = scene(inPlace);
    host.frames.write(gmem.getPfn(0), token);
    expect(run(vm.createVcpu().read(0, true))).not.toBe(token);
  });
});
