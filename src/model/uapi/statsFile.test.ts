import { describe, expect, it } from 'vitest';
import { attributesIoctl } from '../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../designs/reclaim/flushOnGmemFree.ts';
import { EBADF, EINVAL, EIO, ENODEV, ENOTTY, ESPIPE } from '../host/errno.ts';
import { close, lseek, read, write } from './fileCalls.ts';
import { fork } from './forkCall.ts';
import { mmap } from './mmap.ts';
import { bytes, P, ScenarioMachine } from './scenarios/machine.ts';
import { kvmGetStatsFd } from './statsCall.ts';
import type { VmFile } from './vmFile.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };
const WHOLE = 1 << 16;

/** What the file says, by its own header. */
function parse(file: Uint8Array) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const word = (at: number) => view.getUint32(at, true);
  const [flags, nameBytes, count, idAt, descriptorsAt, dataAt] = [0, 4, 8, 12, 16, 20].map(word);
  const text = (at: number) =>
    new TextDecoder().decode(file.subarray(at, at + nameBytes)).replaceAll('\0', '');
  const numbers: Record<string, number> = {};
  const kinds: Record<string, number> = {};
  for (let n = 0; n < count; n++) {
    const at = descriptorsAt + n * (16 + nameBytes);
    const name = text(at + 16);
    kinds[name] = word(at);
    numbers[name] = Number(view.getBigUint64(dataAt + word(at + 8), true));
  }
  return { flags, nameBytes, idAt, descriptorsAt, id: text(idAt), numbers, kinds };
}

/** A guest of sixteen pages with two vCPUs, and descriptors for statistics of it and of each. */
function scene(options = {}) {
  const m = new ScenarioMachine(designs, options);
  const vm = m.vm();
  const userspaceAddr = m.map(16 * P);
  m.region(vm, { memorySize: 16 * P, userspaceAddr });
  const vcpus = [m.vcpu(vm), m.vcpu(vm)];
  const stats = [vm, ...vcpus].map(fd => m.call(kvmGetStatsFd(m.main, fd)));
  const whole = (fd: number) => parse(m.call(read(m.main, fd, WHOLE, 0)) as Uint8Array);
  return { m, vm, vcpus, stats, whole };
}

describe('KVM_GET_STATS_FD', () => {
  it('tells what a VM and each vCPU is called, and what kind each number is of', () => {
    const { stats, whole } = scene();
    const [ofVm, ofFirst, ofSecond] = stats.map(whole);
    expect([ofVm.id, ofFirst.id, ofSecond.id]).toEqual(['kvm-1', 'kvm-1/vcpu-0', 'kvm-1/vcpu-1']);
    expect(ofVm).toMatchObject({ flags: 0, nameBytes: 48, idAt: 24, descriptorsAt: 72 });
    expect(ofVm.kinds).toMatchObject({ remote_tlb_flush: 0, pages_4k: 1, pages_2m: 1 });
    expect(ofFirst.kinds).toMatchObject({ pf_taken: 0, pf_mmio_spte_created: 0 });
    expect(Object.keys(ofVm.numbers)).not.toContain('pf_taken');
    expect(Object.keys(ofFirst.numbers)).not.toContain('pages_4k');
  });

  it.each(['tdp', 'shadow'] as const)(
    'counts each vCPU’s faults apart, and the VM’s pages together (%s)',
    mmu => {
      const { m, vcpus, stats, whole } = scene({ mmu });
      for (let page = 0; page < 3; page++) m.guestWrite(vcpus[0], page * P, bytes(1));
      m.guestWrite(vcpus[1], 5 * P, bytes(1));
      m.guestRead(vcpus[1], 20 * P);
      const [ofVm, ofFirst, ofSecond] = stats.map(whole);
      expect(ofFirst.numbers).toMatchObject({ pf_taken: 3, pf_fixed: 3, pf_emulate: 0 });
      expect(ofSecond.numbers).toMatchObject({ pf_taken: 2, pf_fixed: 1, pf_emulate: 1 });
      if (mmu === 'tdp') {
        expect(ofSecond.numbers.pf_mmio_spte_created).toBe(1);
        expect(ofVm.numbers).toMatchObject({ pages_4k: 4, pages_2m: 0 });
      }
    },
  );

  it('knows a gfn without a slot from then on: no fault is counted any more', () => {
    const { m, vcpus, stats, whole } = scene();
    for (let i = 0; i < 3; i++) m.guestRead(vcpus[0], 20 * P);
    expect(whole(stats[1]).numbers).toMatchObject({ pf_taken: 1, pf_emulate: 1, pf_mmio_spte_created: 1 });
  });

  it('gives the numbers as they are when they are read, on from where the last read ended', () => {
    const { m, vcpus, stats, whole } = scene();
    const [, first] = stats;
    const all = m.call(read(m.main, first, WHOLE, 0)) as Uint8Array;
    expect(m.call(read(m.main, first, 30))).toEqual(all.slice(0, 30));
    expect(m.call(read(m.main, first, 30))).toEqual(all.slice(30, 60));
    // Seeking neither moves nor fails.
    expect(m.call(lseek(m.main, first, 5, 0))).toBe(60n);
    expect(m.call(lseek(m.main, first, 5, 9))).toBe(BigInt(-EINVAL));
    expect(m.call(read(m.main, first, WHOLE, 10 ** 9))).toEqual(new Uint8Array(0));
    expect(m.call(read(m.main, first, 8, -1))).toBe(-EINVAL);
    m.guestWrite(vcpus[0], 0, bytes(1));
    expect(whole(first).numbers.pf_taken).toBe(1);
  });

  it('is neither written nor mapped', () => {
    const { m, stats } = scene();
    expect(m.call(write(m.main, stats[0], bytes(1)))).toBe(-EBADF);
    expect(m.call(write(m.main, stats[0], bytes(1), 0))).toBe(-ESPIPE);
    expect(m.call(mmap(m.main, 0, P, 1, 1, stats[0], 0))).toBe(-ENODEV);
  });

  it('keeps the VM alive, and is read by a child that may not call the VM itself', () => {
    const { m, vm, vcpus, stats, whole } = scene();
    const { vm: machine } = m.process.file(vm) as VmFile;
    m.guestWrite(vcpus[0], 0, bytes(1));
    const child = m.call(fork(m.main)).createThread();
    const inChild = m.call(read(child, stats[1], WHOLE, 0), child) as Uint8Array;
    expect(parse(inChild).numbers.pf_taken).toBe(1);
    expect(m.call(kvmGetStatsFd(child, vm), child)).toBe(-EIO);
    expect(m.call(kvmGetStatsFd(child, vcpus[0]), child)).toBe(-EIO);
    m.call(child.process.exit(), child);
    // Copy-on-write has taken the mapping away.
    m.guestWrite(vcpus[0], 0, bytes(1));
    for (const fd of [vm, ...vcpus]) m.call(close(m.main, fd));
    expect(machine.users).toBe(3);
    expect(whole(stats[0]).numbers.pages_4k).toBe(1);
    for (const fd of stats) m.call(close(m.main, fd));
    expect(machine.users).toBe(0);
  });

  it('came with 5.14; before, each descriptor says that it does not know it', () => {
    const m = new ScenarioMachine(designs, { release: [5, 13] });
    const vm = m.vm();
    expect(m.call(kvmGetStatsFd(m.main, vm))).toBe(-ENOTTY);
    expect(m.call(kvmGetStatsFd(m.main, m.vcpu(vm)))).toBe(-EINVAL);
  });
});
