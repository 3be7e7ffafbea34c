/** demand_paging_test.c: a guest whose pages a userfaultfd's reader brings. */
import { describe, expect, it } from 'vitest';
import { attributesIoctl } from '../../designs/conversion/attributesIoctl.ts';
import { flushOnGmemFree } from '../../designs/reclaim/flushOnGmemFree.ts';
import type { Actor } from '../../engine/step.ts';
import { EFAULT, EINVAL } from '../../host/errno.ts';
import { MEM_USERFAULT } from '../../kvm/memslots.ts';
import { MEMORY_EXIT_USERFAULT } from '../../kvm/runExit.ts';
import { UserfaultBitmap } from '../../kvm/userfault.ts';
import { ftruncate, memfdCreate } from '../fileCalls.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE, MAP_SHARED } from '../mmap.ts';
import { kvmRun } from '../runCalls.ts';
import { readMessage, UFFD_API, uffdioApi, uffdioRegister, uffdioWake, userfaultfd } from '../uffdCalls.ts';
import { uffdioContinue, uffdioCopy } from '../uffdFillCalls.ts';
import { bytes, P, ScenarioMachine } from './machine.ts';

const designs = { conversion: attributesIoctl, reclaim: flushOnGmemFree };
const MISSING = 1;
const MINOR = 4;
const O_CLOEXEC = 0o2000000;
const VCPUS = 4;
const CHUNK = 16;
const PAGES = VCPUS * CHUNK;

function setUp(flags: number, fd = -1) {
  const m = new ScenarioMachine(designs);
  return { m, ...openUffd(m), at: fd < 0 ? m.map(PAGES * P, { flags }) : 0 };
}

function openUffd(m: ScenarioMachine) {
  const uffd = m.call(userfaultfd(m.main, O_CLOEXEC));
  expect(typeof m.call(uffdioApi(m.main, uffd, UFFD_API, 0))).not.toBe('number');
  return { uffd };
}

/** Has vCPUs touch a chunk each while a thread reads faults and has them handled; returns the pages in their order. */
function demandPage(
  m: ScenarioMachine,
  uffd: number,
  at: number,
  handle: (page: number) => Actor<number>,
): { delivered: number[]; runs: number[] } {
  const vm = m.vm();
  expect(m.region(vm, { memorySize: PAGES * P, userspaceAddr: at })).toBe(0);
  const cpus = Array.from({ length: VCPUS }, () => m.vcpu(vm));
  const delivered: number[] = [];
  const runs: number[] = [];
  const reader = m.process.createThread();
  const vcpus = cpus.map((cpu, n) => {
    const thread = m.process.createThread();
    const body = (function* (): Actor {
      for (let page = n * CHUNK; page < (n + 1) * CHUNK; page++) {
        const access = { gpa: page * P, bytes: new Uint8Array(8), write: false, isPrivate: false };
        const result = yield* kvmRun(thread, cpu, access, 'mmu');
        expect(typeof result !== 'number' && result.exit === null).toBe(true);
        expect(access.bytes).toEqual(bytes(0xab));
      }
      runs.push(n);
    })();
    return { thread, body };
  });
  const handler = (function* (): Actor {
    while (runs.length < VCPUS) {
      const message = yield* readMessage(reader, uffd);
      if (typeof message === 'number') throw new Error(`read failed: ${message}`);
      if (message.event !== 'pagefault') throw new Error(`unexpected ${message.event}`);
      const page = (message.address - at) / P;
      const result = yield* handle(message.address);
      if (result === 0) delivered.push(page);
      else yield* uffdioWake(reader, uffd, message.address, P);
    }
  })();
  m.together([...vcpus, { thread: reader, body: handler }]);
  return { delivered, runs };
}

/** Time until all vCPUs have their pages, in ns, where each of the readers delays each copy by so much. */
function pagedIn(readers: number, delay: number): number {
  const m = new ScenarioMachine(designs);
  const at = m.map(PAGES * P);
  const vm = m.vm();
  m.region(vm, { memorySize: PAGES * P, userspaceAddr: at });
  const began = m.engine.now;
  const share = PAGES / readers;
  const reading = Array.from({ length: readers }, (_, n) => {
    const { uffd } = openUffd(m);
    m.call(uffdioRegister(m.main, uffd, at + n * share * P, share * P, MISSING));
    const thread = m.process.createThread();
    const body = (function* (): Actor {
      for (let fault = 0; fault < share; fault++) {
        const message = yield* readMessage(thread, uffd);
        if (typeof message === 'number' || message.event !== 'pagefault') throw new Error('no page fault');
        yield delay;
        yield* uffdioCopy(thread, uffd, message.address, bytes(0xab, P), P, 0);
      }
    })();
    return { thread, body };
  });
  const touching = Array.from({ length: VCPUS }, (_, n) => {
    const [cpu, thread] = [m.vcpu(vm), m.process.createThread()];
    const body = (function* (): Actor {
      for (let page = n * CHUNK; page < (n + 1) * CHUNK; page++) {
        const access = { gpa: page * P, bytes: new Uint8Array(8), write: false, isPrivate: false };
        yield* kvmRun(thread, cpu, access, 'mmu');
        expect(access.bytes).toEqual(bytes(0xab));
      }
    })();
    return { thread, body };
  });
  m.together([...touching, ...reading]);
  return m.engine.now - began;
}

const EVERY_PAGE = Array.from({ length: PAGES }, (_, page) => page);

describe('demand paging', () => {
  it('D01 every page of anonymous memory is delivered just once, by a copy', () => {
    const { m, uffd, at } = setUp(MAP_PRIVATE | MAP_ANONYMOUS);
    expect(typeof m.call(uffdioRegister(m.main, uffd, at, PAGES * P, MISSING))).toBe('bigint');
    const copier = m.process.createThread();
    const { delivered, runs } = demandPage(m, uffd, at, function* (page) {
      return (yield* uffdioCopy(copier, uffd, page, bytes(0xab, P), P, 0)).result >= 0 ? 0 : -1;
    });
    expect(delivered.toSorted((a, b) => a - b)).toEqual(EVERY_PAGE);
    expect(runs).toHaveLength(VCPUS);
  });

  it('D02 what another mapping has filled needs no copy, only to be continued', () => {
    const m = new ScenarioMachine(designs);
    const fd = m.call(memfdCreate(m.main, 0));
    expect(m.call(ftruncate(m.main, fd, PAGES * P))).toBe(0);
    const alias = m.map(PAGES * P, { fd, flags: MAP_SHARED });
    expect(m.write(alias, bytes(0xab, PAGES * P))).toBeNull();
    const at = m.map(PAGES * P, { fd, flags: MAP_SHARED });
    const { uffd } = openUffd(m);
    expect(typeof m.call(uffdioRegister(m.main, uffd, at, PAGES * P, MINOR))).toBe('bigint');
    const resolver = m.process.createThread();
    const { delivered, runs } = demandPage(m, uffd, at, function* (page) {
      return (yield* uffdioContinue(resolver, uffd, page, P, 0)).result >= 0 ? 0 : -1;
    });
    expect(delivered.toSorted((a, b) => a - b)).toEqual(EVERY_PAGE);
    expect(runs).toHaveLength(VCPUS);
  });

  it('D04 private anonymous memory has no minor faults to take', () => {
    const { m, uffd, at } = setUp(MAP_PRIVATE | MAP_ANONYMOUS);
    expect(m.call(uffdioRegister(m.main, uffd, at, PAGES * P, MINOR))).toBe(-EINVAL);
  });

  it.each([1, VCPUS])(
    'D05 a delay costs each reader as much for every fault that it handles (%i readers)',
    readers => {
      const delay = 1_000_000;
      const [without, late] = [0, delay].map(ns => pagedIn(readers, ns));
      const perReader = PAGES / readers;
      expect((late - without) / (perReader * delay)).toBeCloseTo(1, 1);
    },
  );

  it('D06 a page marked as missing leaves for userspace until its bit is cleared (KVM Userfault, not merged)', () => {
    const m = new ScenarioMachine(designs, { caps: { USERFAULT: 1 } });
    const vm = m.vm();
    const bitmap = new UserfaultBitmap(m.engine, PAGES, true);
    const plain = { memorySize: PAGES * P, userspaceAddr: m.map(PAGES * P) };
    const trapping = { ...plain, flags: MEM_USERFAULT, userfaultBitmap: bitmap };
    expect(m.region(vm, trapping)).toBe(0);
    const cpu = m.vcpu(vm);
    const left = (page: number) => ({
      errno: -EFAULT,
      exit: { reason: 'MEMORY_FAULT', flags: MEMORY_EXIT_USERFAULT, gpa: page * P, size: P },
      poisonedPage: -1,
    });
    for (const page of [0, 7]) expect(m.guestRead(cpu, page * P)).toEqual(left(page));
    bitmap.clear(7);
    expect(m.guestRead(cpu, 7 * P)).toEqual(bytes(0));
    expect(m.guestRead(cpu, 0)).toEqual(left(0));
    bitmap.set(7);
    expect(m.guestRead(cpu, 7 * P)).toEqual(bytes(0));
    expect(m.region(vm, plain)).toBe(0);
    expect(m.region(vm, trapping)).toBe(0);
    expect(m.guestRead(cpu, 7 * P)).toEqual(left(7));
    const without = new ScenarioMachine(designs);
    expect(without.region(without.vm(), { ...trapping, userspaceAddr: without.map(PAGES * P) })).toBe(
      -EINVAL,
    );
  });
});
