import { COST_TABLE } from '../../costs/table.ts';
import { attributesIoctl } from '../../designs/conversion/attributesIoctl.ts';
import { inPlace } from '../../designs/conversion/inPlace.ts';
import { rmpInPlace } from '../../designs/conversion/rmpInPlace.ts';
import type { Actor } from '../../engine/step.ts';
import { NO_PFN } from '../../host/frames.ts';
import type { ConversionDesign } from '../../kvm/conversion.ts';
import { GuestMemfd } from '../../kvm/guestMemfd.ts';
import { createSlot } from '../../kvm/memslotUpdate.ts';
import { encryptInPlace, populateSnp } from '../../kvm/snpLaunch.ts';
import { buildMachine } from '../../machine.ts';
import { across } from '../across.ts';
import { experiment } from '../experiment.ts';
import { int, number } from '../params.ts';

const PAGES_PER_MIB = 2 ** 8;

interface Way {
  readonly name: string;
  readonly conversion: ConversionDesign;
  /** KVM copies from the VMM's memory into the file. */
  readonly copies: boolean;
  /** The VMM gives its copy back once the guest is launched. */
  readonly discards: boolean;
}

const WAYS: readonly Way[] = [
  {
    name: 'encrypted in place, without fd-based memory',
    conversion: rmpInPlace,
    copies: false,
    discards: false,
  },
  { name: 'KVM copies it in, the source stays', conversion: attributesIoctl, copies: true, discards: false },
  { name: 'KVM copies it in, the source goes', conversion: attributesIoctl, copies: true, discards: true },
  { name: 'encrypted in place, in guest_memfd', conversion: inPlace, copies: false, discards: false },
];

/** Loads an image of so many pages, launches the guest, and lets it read all of the image. */
function launch(way: Way, pages: number, launchNs: number) {
  const { engine, vm, mm, host } = buildMachine({
    profile: { vmType: 'snp' },
    designs: { conversion: way.conversion },
    costs: { launchUpdate: launchNs },
  });
  const { frames } = host;
  const vcpu = vm.createVcpu();
  const tokens = Array.from({ length: pages }, () => frames.newToken());
  let copies = 0;
  let wrongReads = 0;
  let launchedNs = 0;

  function* run(): Actor {
    const hva = mm.map(pages);
    const gmem = new GuestMemfd(vm, pages);
    yield* createSlot(vm, { id: 0, baseGfn: 0, pages, flags: 0, hva, gmem, gmemOffset: 0 });
    const inFile = vm.conversion.sharedInFile;
    if (inFile) yield* vm.conversion.convert(0, pages, false);
    for (let gfn = 0; gfn < pages; gfn++) {
      const pfn = inFile ? gmem.getPfn(gfn) : yield* mm.fault(hva + gfn, true);
      frames.write(pfn, tokens[gfn]);
    }
    const began = engine.now;
    yield* vm.conversion.convert(0, pages, true);
    for (let gfn = 0; gfn < pages; gfn++) yield* place(gfn, hva + gfn);
    launchedNs = engine.now - began;
    if (way.discards) yield* mm.dontNeed(hva, hva + pages);
    for (let gfn = 0; gfn < pages; gfn++) if ((yield* vcpu.read(gfn, true)) !== tokens[gfn]) wrongReads++;
  }

  function* place(gfn: number, hva: number): Actor {
    if (!vm.conversion.privateInFile) {
      yield* encryptInPlace(vm, gfn, mm.lookup(hva, false));
      return;
    }
    const result = yield* populateSnp(vm, gfn, way.copies ? hva : null);
    if (result !== 0) throw new Error(`gfn ${gfn} was not populated: errno ${-result}`);
    if (way.copies && mm.lookup(hva, false) !== NO_PFN) copies++;
  }

  engine.spawn('VMM', run());
  engine.run();
  return {
    way: way.name,
    peakMib: frames.peak / PAGES_PER_MIB,
    endMib: frames.inUse / PAGES_PER_MIB,
    copies,
    millis: Math.round(launchedNs / 1e3) / 1e3,
    wrongReads,
  };
}

/** `private-memory/launch`: how the first contents get into memory that the VMM must not touch. */
export const launchExperiment = experiment({
  id: 'private-memory/launch',
  question: 'How do firmware and kernel get into private memory before the guest runs?',
  params: {
    imageMib: int({
      label: 'Image',
      help: 'Firmware, kernel and whatever else is measured before the guest starts.',
      min: 1,
      max: 64,
      default: 16,
      unit: 'MiB',
    }),
    launchMicros: number({
      label: 'Firmware, a page',
      help: 'Measuring and encrypting 4 KiB. Nobody has published it; it is the same for every way.',
      min: 0,
      max: 1000,
      default: COST_TABLE.launchUpdate.value / 1000,
      unit: 'µs',
    }),
  },
  run({ imageMib, launchMicros }, progress) {
    return WAYS.map((way, i) => {
      progress?.(i / WAYS.length);
      return launch(way, imageMib * PAGES_PER_MIB, Math.round(launchMicros * 1000));
    });
  },
  views(rows, { imageMib }) {
    return [
      {
        kind: 'plot',
        title: `Host memory at its peak, image of ${imageMib} MiB`,
        summary: 'One bar for each way: a copy holds the image twice until its source goes.',
        mark: 'bar',
        ...across('way'),
        y: { key: 'peakMib', label: 'Host memory', unit: 'MiB', digits: 0 },
        rows,
      },
      {
        kind: 'table',
        title: 'Launches',
        columns: [
          { key: 'way', label: 'The image is' },
          { key: 'peakMib', label: 'Peak', unit: 'MiB', digits: 1 },
          { key: 'endMib', label: 'At the end', unit: 'MiB', digits: 1 },
          { key: 'copies', label: 'Pages copied' },
          { key: 'millis', label: 'Conversion and launch', unit: 'ms', digits: 1 },
          { key: 'wrongReads', label: 'Wrong reads' },
        ],
        rows,
      },
    ];
  },
  // Nobody has published the time of a launch by page.
  evidence: () => [],
});
