import { describe, expect, it } from 'vitest';
import type { VmType } from '../arch/profile.ts';
import { SecureEpt } from '../arch/secureEpt.ts';
import { Engine } from '../engine/engine.ts';
import type { Actor } from '../engine/step.ts';
import { migratePage } from '../host/migrate.ts';
import { GARBAGE_TOKEN } from '../host/seals.ts';
import { buildMachine, type Machine } from '../machine.ts';
import { hostReads } from './guestContents.ts';
import { GuestMemfd } from './guestMemfd.ts';
import { createSlot } from './memslotUpdate.ts';

function play(vmType: VmType, script: (machine: Machine, hva: number) => Actor): Machine {
  const machine = buildMachine({ profile: { vmType } });
  const { engine, vm, mm } = machine;
  engine.spawn(
    'script',
    (function* (): Actor {
      const hva = mm.map(16);
      const gmem = vm.rules.privateMemory ? new GuestMemfd(vm, 16) : null;
      yield* createSlot(vm, { id: 0, baseGfn: 0, pages: 16, flags: 0, hva, gmem, gmemOffset: 0 });
      yield* script(machine, hva);
    })(),
  );
  engine.run();
  expect(engine.blocked()).toEqual([]);
  return machine;
}

describe('a page of an SEV guest', () => {
  it('reads as garbage once the host has moved it, and the firmware can mend that', () => {
    play('sev', function* ({ vm, mm, host }, hva) {
      const vcpu = vm.createVcpu();
      yield* vcpu.write(3, 77, true);
      expect(yield* vcpu.read(3, true)).toBe(77);
      expect(yield* migratePage(mm, hva + 3)).toBe('moved');
      expect(yield* vcpu.read(3, true)).toBe(GARBAGE_TOKEN);
      host.frames.rebind(mm.walk(hva + 3, false));
      expect(yield* vcpu.read(3, true)).toBe(77);
    });
  });

  it('moves without harm where it is shared', () => {
    play('sev-es', function* ({ vm, mm }, hva) {
      const vcpu = vm.createVcpu();
      yield* vcpu.write(3, 77, false);
      expect(yield* migratePage(mm, hva + 3)).toBe('moved');
      expect(yield* vcpu.read(3, false)).toBe(77);
    });
  });

  it('is ciphertext to the host and to a guest that forgets the C-bit, with no fault to tell', () => {
    play('sev', function* ({ vm, mm }, hva) {
      const vcpu = vm.createVcpu();
      yield* vcpu.write(3, 77, true);
      expect(hostReads(vm, mm.walk(hva + 3, false))).toBe(GARBAGE_TOKEN);
      expect(yield* vcpu.read(3, false)).toBe(GARBAGE_TOKEN);
      yield* vcpu.write(3, 78, false);
      expect(hostReads(vm, mm.walk(hva + 3, false))).toBe(78);
      expect(yield* vcpu.read(3, true)).toBe(GARBAGE_TOKEN);
      expect(vcpu.exit).toBeNull();
    });
  });
});

describe('a private page of a TDX guest', () => {
  it('is accepted before its first use, and empty', () => {
    const { vm } = play('tdx', function* ({ vm }) {
      yield* vm.conversion.convert(0, 16, true);
      const vcpu = vm.createVcpu();
      expect(yield* vcpu.read(3, true)).toBe(0);
      yield* vcpu.write(3, 77, true);
      expect(yield* vcpu.read(3, true)).toBe(77);
    });
    expect(vm.secureEpt!.accepts).toBe(1);
    expect(vm.secureEpt!.lost).toBe(0);
  });

  it('has lost what it held when its mapping was taken away, though its frame stays', () => {
    const { vm } = play('tdx', function* ({ vm }) {
      yield* vm.conversion.convert(0, 16, true);
      const vcpu = vm.createVcpu();
      yield* vcpu.write(3, 77, true);
      yield* vm.conversion.convert(3, 4, false);
      yield* vm.conversion.convert(3, 4, true);
      expect(vm.memslots.set.find(3)!.gmem!.has(3)).toBe(true);
      expect(yield* vcpu.read(3, true)).toBe(0);
    });
    expect(vm.secureEpt!.lost).toBe(1);
    expect(vm.secureEpt!.pages).toBe(1);
  });

  it('is not touched by what the host does to shared memory', () => {
    const { vm } = play('tdx', function* ({ vm, mm }, hva) {
      yield* vm.conversion.convert(0, 8, true);
      const vcpu = vm.createVcpu();
      yield* vcpu.write(3, 77, true);
      yield* vcpu.write(12, 78, false);
      yield* mm.dontNeed(hva, hva + 16);
      expect(yield* vcpu.read(3, true)).toBe(77);
      expect(yield* vcpu.read(12, false)).toBe(0);
    });
    expect(vm.secureEpt!.lost).toBe(0);
  });
});

describe('the secure EPT', () => {
  it('removes a page only after it was blocked and tracked', () => {
    const ept = new SecureEpt(new Engine());
    ept.augment(3);
    expect(() => ept.augment(3)).toThrow('removed first');
    expect(() => ept.remove(3)).toThrow('blocked before');
    ept.block(3);
    expect(() => ept.remove(3)).toThrow('TRACK');
    ept.track();
    ept.remove(3);
    expect(ept.pages).toBe(0);
    expect(ept.accept(3)).toBe('violation');
  });
});
