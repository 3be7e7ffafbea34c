/** Ioctls about a VM's tables and its encrypted memory, which no selftest and no recording has. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Profile } from '../arch/profile.ts';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { StateHash } from '../engine/hash.ts';
import { EBADF, EFAULT, EINVAL, ENOMEM, ENOTTY } from '../host/errno.ts';
import { migratePage } from '../host/migrate.ts';
import { GMEM_MMAP } from '../kvm/guestMemfd.ts';
import { MEM_GUEST_MEMFD } from '../kvm/memslots.ts';
import { QUIRK_IGNORE_GUEST_PAT, QUIRK_SLOT_ZAP_ALL } from '../kvm/quirks.ts';
import { MIN_ALLOC_MMU_PAGES } from '../kvm/rmap/rmapMmu.ts';
import { KVM_CAP_DISABLE_QUIRKS2 } from './capabilities.ts';
import {
  type EncRegion,
  kvmMemoryEncryptOp,
  kvmMemoryEncryptRegRegion,
  kvmMemoryEncryptUnregRegion,
} from './encryptCalls.ts';
import { close } from './fileCalls.ts';
import { kvmCheckExtension, kvmEnableCap, kvmSetNrMmuPages } from './kvmCalls.ts';
import { munmap } from './mmap.ts';
import { bytes, P, ScenarioMachine } from './scenarios/machine.ts';
import { KVM_SEV_INIT2 } from './sevCalls.ts';
import type { VmFile } from './vmFile.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };

describe('KVM_SET_NR_MMU_PAGES', () => {
  it('asks for 64 at least, and outlasts slots that come and go', () => {
    const m = new ScenarioMachine(designs, { mmu: 'direct-rmap' });
    const fd = m.vm();
    const { rmapMmu } = (m.process.file(fd) as VmFile).vm;
    expect(m.call(kvmSetNrMmuPages(m.main, fd, MIN_ALLOC_MMU_PAGES - 1))).toBe(-EINVAL);
    expect([rmapMmu!.limit, rmapMmu!.requested]).toEqual([MIN_ALLOC_MMU_PAGES, 0]);
    expect(m.call(kvmSetNrMmuPages(m.main, fd, 1000))).toBe(0);
    expect([rmapMmu!.limit, rmapMmu!.requested]).toEqual([1000, 1000]);
    const userspaceAddr = m.map(4096);
    expect(m.region(fd, { userspaceAddr })).toBe(0);
    expect(rmapMmu!.limit).toBe(1000);
  });

  it('is taken without effect where tables are not counted, and is a call on a VM alone', () => {
    const m = new ScenarioMachine(designs);
    const fd = m.vm();
    expect(m.call(kvmSetNrMmuPages(m.main, fd, 1000))).toBe(0);
    expect(m.call(kvmSetNrMmuPages(m.main, fd, 1))).toBe(-EINVAL);
    expect(m.call(kvmSetNrMmuPages(m.main, 99, 1000))).toBe(-EBADF);
    expect(m.call(kvmSetNrMmuPages(m.main, m.vcpu(fd), 1000))).toBe(-EINVAL);
  });
});

describe('KVM_SET_USER_MEMORY_REGION2 on arm64', () => {
  const GIB_1024 = 2 ** 40;

  it('refuses a guest_memfd that cannot be mapped, and lets go of it', () => {
    const m = new ScenarioMachine(designs, { arch: 'arm64' });
    const fd = m.vm();
    const userspaceAddr = m.map(P);
    const plain = m.gmem(fd, P, 0);
    const before = hashOf(m);
    const slot = { flags: MEM_GUEST_MEMFD, userspaceAddr, guestMemfd: plain };
    expect(m.region(fd, slot)).toBe(-EINVAL);
    expect(hashOf(m)).toBe(before);
    expect(m.region(fd, { ...slot, guestMemfd: m.gmem(fd, P, GMEM_MMAP) })).toBe(0);
  });

  it('ends at 40 bits of address, with EFAULT', () => {
    const m = new ScenarioMachine(designs, { arch: 'arm64' });
    const fd = m.vm();
    const userspaceAddr = m.map(2 * P);
    expect(m.region(fd, { guestPhysAddr: GIB_1024, userspaceAddr })).toBe(-EFAULT);
    expect(m.region(fd, { guestPhysAddr: GIB_1024 - P, memorySize: 2 * P, userspaceAddr })).toBe(-EFAULT);
    expect(m.region(fd, { guestPhysAddr: GIB_1024 - P, userspaceAddr })).toBe(0);
  });
});

describe('KVM_CAP_DISABLE_QUIRKS2', () => {
  function quirks(profile: Partial<Profile>) {
    const m = new ScenarioMachine(designs, profile);
    const fd = m.vm();
    const { vm } = m.process.file(fd) as VmFile;
    const disable = (bits: number, flags = 0) =>
      m.call(kvmEnableCap(m.main, fd, KVM_CAP_DISABLE_QUIRKS2, flags, [bits]));
    const supported = m.call(kvmCheckExtension(m.main, fd, KVM_CAP_DISABLE_QUIRKS2));
    return { m, fd, vm, disable, supported };
  }

  it('makes deleting a slot drop that slot’s leaves alone, from then on', () => {
    const { m, fd, vm, disable } = quirks({});
    expect(vm.slotZapAll).toBe(true);
    expect(disable(QUIRK_SLOT_ZAP_ALL)).toBe(0);
    expect(vm.slotZapAll).toBe(false);
    // What is off stays off.
    expect(disable(0)).toBe(0);
    const hvas = [0, 1].map(() => m.map(P));
    for (const slot of [0, 1]) {
      m.region(fd, { slot, guestPhysAddr: slot * P, userspaceAddr: hvas[slot] });
      expect(m.write(hvas[slot], bytes(1))).toBeNull();
    }
    const vcpu = m.vcpu(fd);
    for (const gpa of [0, P]) m.guestRead(vcpu, gpa);
    m.region(fd, { slot: 1, guestPhysAddr: P, memorySize: 0, userspaceAddr: hvas[1] });
    expect([vm.mmu.isMapped(0, false), vm.mmu.isMapped(1, false)]).toEqual([true, false]);
  });

  it('lets the guest’s PAT count where the CPU snoops itself, and cannot elsewhere', () => {
    const can = quirks({});
    const ignorePat = 1 << 6;
    expect(can.vm.leafType(5) & ignorePat).toBe(ignorePat);
    expect(can.disable(QUIRK_IGNORE_GUEST_PAT)).toBe(0);
    expect(can.vm.leafType(5) & ignorePat).toBe(0);
    const cannot = quirks({ selfSnoop: false });
    expect(cannot.supported & QUIRK_IGNORE_GUEST_PAT).toBe(0);
    expect(cannot.disable(QUIRK_IGNORE_GUEST_PAT)).toBe(-EINVAL);
    expect(cannot.vm.leafType(5) & ignorePat).toBe(ignorePat);
  });

  it('knows more quirks by release, and refuses what it does not know', () => {
    const known = ([release]: [Profile['release']]) => quirks({ release }).supported;
    expect(
      [
        [5, 17],
        [5, 18],
        [5, 19],
        [6, 8],
        [6, 12],
        [6, 13],
        [6, 16],
      ].map(r => known([r as [number, number]])),
    ).toEqual([0, 0x1f, 0x3f, 0x7f, 0xff, 0x1ff, 0x3ff]);
    const { m, disable } = quirks({ release: [6, 12] });
    const before = hashOf(m);
    expect(disable(QUIRK_IGNORE_GUEST_PAT)).toBe(-EINVAL);
    expect(disable(QUIRK_SLOT_ZAP_ALL, 1)).toBe(-EINVAL);
    expect(hashOf(m)).toBe(before);
  });
});

function register(m: ScenarioMachine, fd: number, region: EncRegion | null): number {
  return m.call(kvmMemoryEncryptRegRegion(m.main, fd, region));
}

function unregister(m: ScenarioMachine, fd: number, region: EncRegion | null): number {
  return m.call(kvmMemoryEncryptUnregRegion(m.main, fd, region));
}

/** Gives an SEV guest its key. */
function initialize(m: ScenarioMachine, fd: number): void {
  expect(m.call(kvmMemoryEncryptOp(m.main, fd, { id: KVM_SEV_INIT2, data: {} })).result).toBe(0);
}

/** An SEV guest's VM, and memory of four pages that the host has written to. */
function sev(vmType: 'sev' | 'sev-es' = 'sev') {
  const m = new ScenarioMachine(designs, { vmType });
  const fd = m.vm();
  initialize(m, fd);
  const addr = m.map(4 * P);
  expect(m.write(addr, bytes(1, 4 * P))).toBeNull();
  const { vm } = m.process.file(fd) as VmFile;
  return { m, fd, addr, vm, regions: vm.encryptedRegions };
}

function hashOf(m: ScenarioMachine): string {
  const hash = new StateHash();
  m.process.hashInto(hash);
  return hash.digest();
}

describe('KVM_MEMORY_ENCRYPT_REG_REGION', () => {
  it('pins every page that the bytes touch, also in part, and keeps the host from moving them', () => {
    const { m, fd, addr, vm, regions } = sev();
    const page = addr / P;
    expect(m.call(migratePage(vm.mm, page))).toBe('moved');
    expect(register(m, fd, { addr: addr + P - 1, size: 2 })).toBe(0);
    expect(regions.pagesLocked).toBe(2);
    expect(m.call(migratePage(vm.mm, page))).not.toBe('moved');
    expect(m.call(migratePage(vm.mm, page + 1))).not.toBe('moved');
    expect(m.call(migratePage(vm.mm, page + 2))).toBe('moved');
  });

  it('takes the same range twice, and lets go of it once for each', () => {
    const { m, fd, addr, vm, regions } = sev('sev-es');
    const region = { addr, size: P };
    for (let i = 0; i < 2; i++) expect(register(m, fd, region)).toBe(0);
    expect(regions.pagesLocked).toBe(2);
    expect(unregister(m, fd, region)).toBe(0);
    expect(m.call(migratePage(vm.mm, addr / P))).not.toBe('moved');
    expect(unregister(m, fd, region)).toBe(0);
    expect(unregister(m, fd, region)).toBe(-EINVAL);
    expect(m.call(migratePage(vm.mm, addr / P))).toBe('moved');
  });

  it('flushes caches before it lets go: those of CPUs that ran the guest since 6.17, all before', () => {
    for (const [release, cpus] of [
      [[6, 12] as const, 128],
      [[6, 18] as const, 0],
    ] as const) {
      const m = new ScenarioMachine(designs, { vmType: 'sev', release });
      const fd = m.vm();
      initialize(m, fd);
      const region = { addr: m.map(P), size: P };
      register(m, fd, region);
      unregister(m, fd, region);
      expect(m.kernel.host.flushedCpus).toBe(cpus);
    }
  });

  it('keeps its pages when they are unmapped, and gives them back with the VM', () => {
    const { m, fd, addr, vm } = sev();
    expect(register(m, fd, { addr, size: 4 * P })).toBe(0);
    const { frames } = m.kernel.host;
    const pfns = [0, 1, 2, 3].map(i => vm.mm.walk(addr / P + i, false));
    expect(m.call(munmap(m.main, addr, 4 * P))).toBe(0);
    expect(pfns.map(pfn => frames.references(pfn))).toEqual([1, 1, 1, 1]);
    expect(m.call(close(m.main, fd))).toBe(0);
    expect(pfns.map(pfn => frames.references(pfn))).toEqual([0, 0, 0, 0]);
  });

  it('refuses in the kernel’s order', () => {
    const { m, fd, addr } = sev();
    const size = 4 * P;
    expect(register(m, 99, { addr, size })).toBe(-EBADF);
    expect(register(m, fd, null)).toBe(-EFAULT);
    expect(register(m, fd, { addr, size: 0 })).toBe(-EINVAL);
    expect(register(m, fd, { addr: -P, size: 2 * P })).toBe(-EINVAL);
    // Up to the last byte there is: the sum wraps to 0.
    expect(register(m, fd, { addr: -P, size: P })).toBe(-EINVAL);
    expect(register(m, fd, { addr: 0, size: 2n ** 43n })).toBe(-EINVAL);
    m.process.lockLimit = 3;
    // The limit comes before what is too much for an int.
    expect(register(m, fd, { addr: 0, size: 2n ** 43n })).toBe(-ENOMEM);
    // The limit comes before the pages: nothing is there, and that is not what it fails on.
    expect(register(m, fd, { addr: 0, size })).toBe(-ENOMEM);
    expect(register(m, fd, { addr, size })).toBe(-ENOMEM);
    expect(register(m, fd, { addr, size: 3 * P })).toBe(0);
    expect(register(m, fd, { addr, size: P })).toBe(-ENOMEM);
    m.process.lockLimit = Number.POSITIVE_INFINITY;
    expect(register(m, fd, { addr, size: 5 * P })).toBe(-ENOMEM);
    expect(unregister(m, fd, { addr, size: P })).toBe(-EINVAL);
    expect(unregister(m, fd, null)).toBe(-EFAULT);
  });

  it('is no call of other VMs, nor of one without a key yet', () => {
    for (const vmType of ['default', 'sw-protected', 'tdx', 'sev'] as const) {
      const m = new ScenarioMachine(designs, { vmType });
      const region = { addr: m.map(P), size: P };
      const fd = m.vm();
      expect(register(m, fd, region)).toBe(-ENOTTY);
      expect(unregister(m, fd, region)).toBe(-ENOTTY);
    }
  });

  it('leaves everything as it was where it is refused', () => {
    let refused = 0;
    const bytesIn = fc.integer({ min: -2, max: 6 * P });
    const call = fc.tuple(fc.boolean(), bytesIn, bytesIn, fc.nat(6));
    fc.assert(
      fc.property(fc.array(call, { maxLength: 12 }), calls => {
        const { m, fd, addr } = sev();
        for (const [take, offset, size, limit] of calls) {
          m.process.lockLimit = limit;
          const before = hashOf(m);
          if ((take ? register : unregister)(m, fd, { addr: addr + offset, size }) === 0) continue;
          refused++;
          expect(hashOf(m)).toBe(before);
        }
      }),
      { numRuns: 40 },
    );
    expect(refused).toBeGreaterThan(40);
  });
});
