import { COST_TABLE } from '../../costs/table.ts';
import { attributesIoctl } from '../../designs/conversion/attributesIoctl.ts';
import { flushEveryEvent } from '../../designs/reclaim/flushEveryEvent.ts';
import { flushOnGmemFree } from '../../designs/reclaim/flushOnGmemFree.ts';
import type { Actor } from '../../engine/step.ts';
import { SHARED_DISCARDS } from '../../evidence/boot.ts';
import { GuestMemfd } from '../../kvm/guestMemfd.ts';
import { createSlot } from '../../kvm/memslotUpdate.ts';
import { buildMachine } from '../../machine.ts';
import { type FirmwareResult, firmwareBoot, requestConversion, touch } from '../../workloads/firmwareBoot.ts';
import { type Discard, Vmm } from '../../workloads/vmm.ts';
import { experiment } from '../experiment.ts';
import { choice, int } from '../params.ts';

const PAGES_PER_MIB = 2 ** 8;
const GUEST_PAGES = 2 ** 18;
const BUFFER_GFN = 2 ** 16;
const BOUNCE_GFN = 2 ** 17;
const POLICIES: readonly Discard[] = ['eager', 'lazy', 'batched', 'never'];
const SAMPLES = 60;

interface Scene {
  readonly transactions: number;
  readonly buffers: number;
  readonly bounceMib: number;
  readonly touchMib: number;
  readonly lazyMillis: number;
  readonly batchPages: number;
  readonly flush: '2022' | '6.11';
}

/** One boot with one policy for both sides: host memory over time. */
function scene(policy: Discard, options: Scene) {
  const machine = buildMachine({
    profile: { vmType: 'snp', release: options.flush === '2022' ? [5, 19] : [6, 11] },
    designs: {
      conversion: attributesIoctl,
      reclaim: options.flush === '2022' ? flushEveryEvent : flushOnGmemFree,
    },
  });
  const { engine, vm, mm, host } = machine;
  const vmm = new Vmm(vm, { discardShared: policy, discardPrivate: policy, batchPages: options.batchPages });
  const vcpu = vm.createVcpu();
  const memory: { ns: number; frames: number }[] = [];
  const result: FirmwareResult = { wrongReads: 0 };
  let done = false;
  let bootNs = 0;
  const sample = () => memory.push({ ns: engine.now, frames: host.frames.inUse });

  function* guest(): Actor {
    const hva = mm.map(GUEST_PAGES);
    const gmem = new GuestMemfd(vm, GUEST_PAGES);
    yield* createSlot(vm, { id: 0, baseGfn: 0, pages: GUEST_PAGES, flags: 0, hva, gmem, gmemOffset: 0 });
    yield* vmm.convert(0, GUEST_PAGES, true);
    sample();
    const every = Math.max(1, Math.floor(options.transactions / SAMPLES));
    yield* firmwareBoot(
      vcpu,
      vmm,
      {
        transactions: options.transactions,
        pages: 1,
        buffers: options.buffers,
        bufferGfn: BUFFER_GFN,
        workingSet: 0,
        workingGfn: 0,
        // The rest of a boot, spread over the transactions that a boot makes.
        workNs: Math.round(COST_TABLE.restOfBoot.value / SHARED_DISCARDS),
        after: t => {
          if (t % every === every - 1) sample();
        },
      },
      result,
    );
    sample();
    // The kernel's bounce buffers: touched by whoever zeroed them, then shared for good.
    const bounce = options.bounceMib * PAGES_PER_MIB;
    for (let gfn = BOUNCE_GFN; gfn < BOUNCE_GFN + bounce; gfn++)
      yield* touch(vcpu, vmm, gfn, host.frames.newToken(), true);
    sample();
    if (bounce > 0) yield* requestConversion(vcpu, vmm, BOUNCE_GFN, BOUNCE_GFN + bounce, false);
    sample();
    for (let gfn = BOUNCE_GFN; gfn < BOUNCE_GFN + bounce; gfn++)
      yield* touch(vcpu, vmm, gfn, host.frames.newToken(), false);
    sample();
    for (let gfn = 0; gfn < options.touchMib * PAGES_PER_MIB; gfn++) {
      yield* touch(vcpu, vmm, gfn, host.frames.newToken(), true);
    }
    sample();
    bootNs = engine.now;
    done = true;
  }

  engine.spawn('vCPU 0', guest());
  if (policy === 'lazy')
    engine.spawn(
      'sweeper',
      vmm.sweeper(options.lazyMillis * 1e6, () => done),
    );
  engine.run();
  return { memory, bootNs, peak: host.frames.peak, discards: vmm.discards, wrongReads: result.wrongReads };
}

/** `private-memory/double-allocation`: memory held twice against time saved, for each way to discard. */
export const doubleAllocationExperiment = experiment({
  id: 'private-memory/double-allocation',
  question: 'What does it save to keep the page that a conversion leaves behind, and what does it hold?',
  params: {
    transactions: int({
      label: 'DMA transactions',
      help: 'Of the firmware, each with the work of the default boot around it.',
      min: 0,
      max: 100_000,
      default: 8192,
      unit: 'transactions',
    }),
    buffers: int({
      label: 'Buffers in turn',
      help: 'Different pages that the firmware hands out as buffers, one after another.',
      min: 1,
      max: 16_384,
      default: 4096,
      unit: 'pages',
      scale: 'log',
    }),
    bounceMib: int({
      label: 'Bounce buffers',
      help: 'What the kernel then shares in one call.',
      min: 0,
      max: 256,
      default: 64,
      unit: 'MiB',
    }),
    touchMib: int({
      label: 'Memory touched',
      help: 'Private memory that the guest uses afterwards.',
      min: 0,
      max: 256,
      default: 64,
      unit: 'MiB',
    }),
    lazyMillis: int({
      label: 'Lazy: sweep every',
      min: 1,
      max: 10_000,
      default: 1000,
      unit: 'ms',
      scale: 'log',
    }),
    batchPages: int({
      label: 'Batched: pages a batch',
      min: 1,
      max: 65_536,
      default: 512,
      unit: 'pages',
      scale: 'log',
    }),
    flush: choice({
      label: 'Cache flushes',
      help: 'As in 2022 every discard flushed every CPU’s cache; since 6.11 an SNP guest’s shared memory needs none.',
      options: { '2022': 'as in 2022', '6.11': 'as in 6.11' },
      default: '2022',
    }),
  },
  run(values, progress) {
    return POLICIES.flatMap((policy, i) => {
      progress?.(i / POLICIES.length);
      const { memory, bootNs, peak, discards, wrongReads } = scene(policy, values);
      return memory.map(({ ns, frames }) => ({
        policy,
        seconds: Math.round(ns / 1e6) / 1e3,
        hostMib: frames / PAGES_PER_MIB,
        bootSeconds: Math.round(bootNs / 1e6) / 1e3,
        peakMib: peak / PAGES_PER_MIB,
        discards,
        wrongReads,
      }));
    });
  },
  views(rows) {
    const last = POLICIES.map(policy => rows.filter(row => row.policy === policy).at(-1)!);
    return [
      {
        kind: 'plot',
        title: 'Host memory while the guest boots',
        summary: 'Each line ends when its boot ends: keeping what is left behind ends sooner and higher.',
        mark: 'step',
        x: { key: 'seconds', label: 'Time', unit: 's', digits: 1 },
        y: { key: 'hostMib', label: 'Host memory', unit: 'MiB', digits: 0 },
        series: 'policy',
        rows,
      },
      {
        kind: 'table',
        title: 'Policies',
        columns: [
          { key: 'policy', label: 'Discard' },
          { key: 'bootSeconds', label: 'Boot', unit: 's', digits: 2 },
          { key: 'hostMib', label: 'Memory at the end', unit: 'MiB', digits: 1 },
          { key: 'peakMib', label: 'Peak', unit: 'MiB', digits: 1 },
          { key: 'discards', label: 'System calls that gave memory back' },
          { key: 'wrongReads', label: 'Wrong reads' },
        ],
        rows: last,
      },
    ];
  },
  evidence: () => [],
});
