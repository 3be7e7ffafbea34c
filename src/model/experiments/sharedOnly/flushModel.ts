/**
 * What one kind of event costs under one design: a VM, a few events of the kind, and what they took from the host.
 *
 * Every event of a kind does the same, so a run carries out a few and multiplies; only the CPUs that have run the VM
 * become more meanwhile, and those are as far at each of them as they would be in all.
 */
import type { VmType } from '../../arch/profile.ts';
import type { Costs } from '../../costs/table.ts';
import { attributesIoctl } from '../../designs/conversion/attributesIoctl.ts';
import { Random } from '../../engine/random.ts';
import type { Actor } from '../../engine/step.ts';
import { hasEncryptedLines } from '../../kvm/cacheFlush.ts';
import { GuestMemfd } from '../../kvm/guestMemfd.ts';
import { createSlot } from '../../kvm/memslotUpdate.ts';
import type { ReclaimDesign } from '../../kvm/reclaim.ts';
import { buildMachine } from '../../machine.ts';
import { type HostEvent, hostEvent, prepareFor } from '../../workloads/hostEvents.ts';
import { Vmm } from '../../workloads/vmm.ts';

/** What happens to the guest's memory: an event of the host, or a conversion whose leftovers are discarded. */
export type Cause = HostEvent | 'toPrivate' | 'toShared';

export interface FlushScene {
  readonly design: ReclaimDesign;
  readonly vmType: VmType;
  /** CPUs of the host. */
  readonly cpus: number;
  readonly vcpus: number;
  /** Times the scheduler moves each vCPU to another CPU, over all events of the cause. */
  readonly moves: number;
  /** Time from the end of one flush to the beginning of the next, in ns. */
  readonly gapNs: number;
  readonly costs: Partial<Costs>;
}

/** What all events of a cause came to. */
export interface FlushCost {
  readonly flushes: number;
  /** CPU time taken from all CPUs by flushing, in ns. */
  readonly lostNs: number;
  /** CPUs interrupted, summed over the flushes. */
  readonly interrupted: number;
  /** Faults that the guest took because of the events. */
  readonly faults: number;
  /** Frees of private pages after which nobody had flushed their lines. */
  readonly unflushed: number;
  /** Events that left the guest with a mapping of a page that the host has taken away. */
  readonly stale: number;
}

const NOTHING = { flushes: 0, lostNs: 0, interrupted: 0, faults: 0, unflushed: 0, stale: 0 };

const GUEST_PAGES = 2 ** 14;
/** Events carried out one by one. */
const SAMPLES = 8;

/** Carries out `events` events of one cause. */
export function flushCost(scene: FlushScene, cause: Cause, events: number): FlushCost {
  const samples = Math.min(SAMPLES, events);
  if (samples === 0) return NOTHING;
  const machine = buildMachine({
    profile: { vmType: scene.vmType },
    designs: { conversion: attributesIoctl, reclaim: scene.design },
    costs: scene.costs,
  });
  const { engine, vm, mm, host } = machine;
  host.cpus = scene.cpus;
  const vmm = new Vmm(vm, { discardShared: 'eager', discardPrivate: 'eager' });
  const vcpu = vm.createVcpu();
  const random = new Random(1);
  for (let id = 0; id < scene.vcpus; id++) vm.haveRunCpus.add(id % scene.cpus);
  const total = { ...NOTHING };
  const converts = cause === 'toPrivate' || cause === 'toShared';
  let moved = 0;

  /** The vCPUs have been moved as often as they would be by the time of this sample. */
  function wander(sample: number): void {
    const due = Math.floor((scene.moves * (sample + 0.5)) / samples) * scene.vcpus;
    for (; moved < due && vm.haveRunCpus.size < scene.cpus; moved++) {
      vm.haveRunCpus.add(random.below(scene.cpus));
    }
  }

  function* run(): Actor {
    const hva = mm.map(GUEST_PAGES);
    const gmem = vm.rules.privateMemory ? new GuestMemfd(vm, GUEST_PAGES) : null;
    yield* createSlot(vm, { id: 0, baseGfn: 0, pages: GUEST_PAGES, flags: 0, hva, gmem, gmemOffset: 0 });
    // How long an event takes before it comes to its flush.
    let lead = 0;
    for (let sample = 0; sample < samples; sample++) {
      wander(sample);
      // Each sample has pages of its own, so that none finds what the one before has left.
      const gfn = sample * 1024;
      yield* prepare(gfn);
      const due = host.linesDroppedAt + scene.gapNs - lead;
      if (due > engine.now) yield due - engine.now;
      const began = engine.now;
      const before = {
        flushes: vm.stats.cacheFlushes,
        lostNs: host.lostCpuNs,
        interrupted: host.flushedCpus,
        faults: vm.stats.faults,
      };
      if (converts) yield* vmm.convert(gfn, gfn + 1, cause === 'toPrivate');
      else {
        yield* hostEvent(vm, cause, gfn, gfn + 512);
        const entry = vm.mmu.entry(gfn, false);
        if (entry?.present && entry.pfn !== mm.table.pfn(hva + gfn)) total.stale++;
        // What was taken away is touched again.
        yield* vcpu.write(gfn, host.frames.newToken(), false);
      }
      if (cause === 'toShared' && hasEncryptedLines(vm) && host.lostCpuNs === before.lostNs)
        total.unflushed++;
      total.flushes += vm.stats.cacheFlushes - before.flushes;
      total.lostNs += host.lostCpuNs - before.lostNs;
      total.interrupted += host.flushedCpus - before.interrupted;
      total.faults += vm.stats.faults - before.faults;
      if (host.linesDroppedAt > began) lead = host.linesDroppedAt - vm.costs.flushAllCpus - began;
    }
  }

  function* prepare(gfn: number): Actor {
    if (cause === 'toPrivate') yield* vcpu.write(gfn, host.frames.newToken(), false);
    else if (cause === 'toShared') {
      yield* vmm.convert(gfn, gfn + 1, true);
      yield* vcpu.write(gfn, host.frames.newToken(), true);
    } else yield* prepareFor(vcpu, cause, gfn, gfn + 512);
  }

  engine.spawn('host', run());
  engine.run();
  const factor = events / samples;
  return {
    flushes: Math.round(total.flushes * factor),
    lostNs: total.lostNs * factor,
    interrupted: Math.round(total.interrupted * factor),
    faults: Math.round(total.faults * factor),
    unflushed: Math.round(total.unflushed * factor),
    stale: Math.round(total.stale * factor),
  };
}
