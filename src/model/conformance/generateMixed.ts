/**
 * Random sequences over several of everything: two VMs, files of either and duplicates of their descriptors, vCPUs of both
 * modes in one VM, two userfaultfds, mappings made on the way, and arguments at the edges of what is accepted.
 *
 * Nothing in them blocks: faults that a userfaultfd handles end in a signal.
 */
import { at, MixedChoices, PAGE } from './mixedChoices.ts';
import { fallocate, file, hostAccess, memory, newMapping } from './mixedHost.ts';
import { dirtyLog, guestAccess, make, region } from './mixedKvm.ts';
import { userfault } from './mixedUserfault.ts';
import type { RecordedOp } from './recording.ts';

/** Numbers of capabilities asked for. */
const CAPS = [3, 10, 16, 21, 30, 81, 118, 136, 168, 192, 223, 231, 232, 233, 234, 236, 244];

/** The same seed gives the same sequence. */
export function generateMixedOps(seed: number, length: number): RecordedOp[] {
  const c = new MixedChoices(seed);
  setUp(c);
  while (c.ops.length < length) c.ops.push(next(c));
  for (const [name, pages] of c.mappings) {
    for (let page = c.below(3); page < pages; page += 3)
      c.ops.push({ op: 'host.read', addr: at(name, page), len: 4 });
  }
  for (const vm of ['vm0', 'vm1'])
    for (const slot of [0, 1, 2, 3]) c.ops.push({ op: 'vm.getDirtyLog', vm, slot, npages: 192 });
  for (const vcpu of c.vcpus) {
    for (let page = c.below(2); page < 72; page += 2)
      c.ops.push({ op: 'vcpu.read', vcpu, gpa: page * PAGE, size: 4 });
  }
  return c.ops;
}

function setUp(c: MixedChoices): void {
  c.ops.push({ op: 'vm.create', vm: 'vm0' }, { op: 'vm.create', vm: 'vm1' });
  c.map('anon0', 64, { flags: 0x22 });
  c.map('anon1', 32, { flags: c.pick([0x22, 0x21]) });
  c.ops.push({ op: 'memfd.create', fd: 'mf0', size: 16 * PAGE });
  c.ops.push({ op: 'memfd.create', fd: 'mf1', size: c.pick([0, PAGE, 9 * PAGE - 8]) });
  c.map('m0', 16, { fd: 'mf0', flags: 1 });
  c.map('m1', 16, { fd: c.pick(['mf0', 'mf1']), flags: c.pick([1, 2]) });
  for (const [gmem, vm] of [
    ['gmem0', 'vm0'],
    ['gmem1', 'vm0'],
    ['gmem2', 'vm1'],
  ]) {
    const flags = c.pick([0, 1, 3, 3, 3]);
    c.ops.push({ op: 'gmem.create', vm, gmem, size: c.pick([8, 16, 16, 32]) * PAGE, flags });
    if (flags & 1) c.map(`g${gmem.slice(-1)}`, 16, { fd: gmem, flags: 1 });
  }
  if (c.chance(0.3))
    c.ops.push({ op: 'vm.enableCap', vm: 'vm0', cap: 168, flags: 0, args: [c.pick([0, 1, 2, 3])] });
  for (const [id, vm] of (['vm0', 'vm0', 'vm1'] as const).entries()) {
    if (id > 0 && c.chance(0.4)) continue;
    const vcpu = `cpu${id}`;
    const extra = {
      ...(c.chance(0.2) ? { pteDirty: false } : {}),
      ...(id === 1 ? { ctrlSlot: false, id } : {}),
    };
    c.ops.push({ op: 'vcpu.create', vm, vcpu, mode: c.pick(['mmu', 'mmu', 'emul']), ...extra });
    c.vcpus.push(vcpu);
  }
  for (const [slot, hva] of ['anon0', 'm0', 'g0', 'anon1'].entries()) {
    if (c.chance(0.2) || (hva === 'g0' && !c.mappings.some(([name]) => name === 'g0'))) continue;
    const gmem =
      hva === 'g0' ? { gmem: 'gmem0', gmemOffset: 0, flags: 4 } : { flags: c.pick([0, 0, 1, 2, 3]) };
    const base = {
      op: 'vm.setRegion',
      vm: 'vm0',
      api: 2,
      slot,
      gpa: 16 * slot * PAGE,
      size: 16 * PAGE,
      hva,
    };
    c.ops.push({ ...base, ...gmem });
  }
  for (const [uffd, name] of [
    ['uf0', 'anon0'],
    ['uf1', 'm0'],
  ]) {
    if (c.chance(0.4)) continue;
    const features = 0x80 | c.pick([0, 0, 1, 0x1001, 0x2001, 0x800, 0xb001, 0x100, 0x3fe1]);
    c.ops.push({ op: 'uffd.create', uffd, flags: c.pick([0o2004000, 0o4000, 0o4001]) });
    c.ops.push({ op: 'uffd.api', uffd, features });
    const mode = name === 'm0' ? c.pick([1, 2, 4, 5, 7]) : c.pick([1, 2, 3]);
    c.ops.push({ op: 'uffd.register', uffd, addr: name, len: c.pick([4, 8, 16]) * PAGE, mode });
  }
}

function next(c: MixedChoices): RecordedOp {
  const kinds: [weight: number, make: () => RecordedOp][] = [
    [18, () => region(c)],
    [8, () => fallocate(c)],
    [8, () => file(c)],
    [4, () => newMapping(c)],
    [10, () => memory(c)],
    [10, () => hostAccess(c)],
    [20, () => guestAccess(c)],
    [7, () => dirtyLog(c)],
    [14, () => userfault(c)],
    [3, () => make(c)],
    [2, () => fork(c)],
    [1, () => ({ op: 'vm.checkExtension', vm: c.vm(), cap: c.pick(CAPS) })],
  ];
  let left = c.below(kinds.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, make] of kinds) {
    if (left < weight) return make();
    left -= weight;
  }
  return hostAccess(c);
}

function fork(c: MixedChoices): RecordedOp {
  const kinds = [
    () => hostAccess(c),
    () => memory(c),
    () => region(c),
    () => fallocate(c),
    () => dirtyLog(c),
    () => ({ op: 'fd.close', fd: c.descriptor('plain') }),
  ];
  return { op: 'host.forkRun', ops: Array.from({ length: 1 + c.below(4) }, () => c.pick(kinds)()) };
}
