/** One access to a page that has not arrived, by whoever makes it, under one design. */

import { ArrivingMemory } from '../../designs/missingPages/arriving.ts';
import { missingPageDesigns } from '../../designs/missingPages/index.ts';
import type { Actor } from '../../engine/step.ts';
import { HOUGHTON_PRIVATE_FIRST } from '../../evidence/sources.ts';
import { ZERO_TOKEN } from '../../host/frames.ts';
import { touch } from '../../host/hostAccess.ts';
import { GARBAGE_TOKEN } from '../../host/seals.ts';
import { userFault } from '../../host/vmFault.ts';
import { hostReads } from '../../kvm/guestContents.ts';
import type { GuestMemory, MissingPageDesign, Teller } from '../../kvm/missingPages.ts';
import { ownAccess, vhostAccess } from '../../kvm/ownAccess.ts';
import type { Vm } from '../../kvm/vm.ts';
import { buildMachine } from '../../machine.ts';

const PAGES = 8;
/** The page that is accessed where it is shared, and where it is private. */
const SHARED_GFN = 2;
const PRIVATE_GFN = 3;

/** Who touches the page. */
export type Toucher = 'vCPU' | 'KVM' | 'vhost' | 'VMM';

export interface Touch {
  readonly by: Toucher;
  /** The guest has the page private at the source. */
  readonly isPrivate: boolean;
}

/** What came of it. */
export interface Touched {
  /** `page`: its contents at the source. */
  readonly finds: 'page' | 'zeros' | 'noise' | 'other contents' | 'error' | 'waits for ever';
  /** How userspace learned of it; empty where it did not. */
  readonly told: Teller | '';
  /** ns until the access was done. */
  readonly ns: number;
  /** Errno with which the kernel refused to set the design up; 0 where it did not. */
  readonly refused: number;
}

/** Nothing is trapped: what a guest finds that starts before its memory has come, as KVM is today. */
const nothingTrapped: MissingPageDesign = {
  name: 'none',
  title: 'Nothing is trapped',
  mail: HOUGHTON_PRIVATE_FIRST,
  create: to => new ArrivingMemory(to),
};

/** The designs, and what is there without any. */
export const CONTENDERS: readonly MissingPageDesign[] = [nothingTrapped, ...missingPageDesigns];

/** ns after which whoever waits for faults is asleep. */
const SETTLE = 100_000;

/** What the source has of a page. A page that the guest has private is nothing but zeros where it is shared. */
function tokenOf(gfn: number, isPrivate: boolean): number {
  if (gfn % 2 === 1) return isPrivate ? 100 + gfn : ZERO_TOKEN;
  return isPrivate ? ZERO_TOKEN : 100 + gfn;
}

/**
 * Runs one access.
 *
 * @param wireNs from asking for a page until it is there.
 */
export function touchMissing(
  design: MissingPageDesign,
  memory: GuestMemory,
  release: readonly [number, number],
  { by, isPrivate }: Touch,
  wireNs: number,
): Touched {
  const { engine, vm } = buildMachine({
    profile: { vmType: memory === 'private' ? 'snp' : 'default', release },
  });
  let told: Teller | '' = '';
  const pages = design.create({
    vm,
    memory,
    pages: PAGES,
    wasPrivate: gfn => memory === 'private' && gfn % 2 === 1,
    *fetch(gfn, wanted) {
      yield wireNs;
      return tokenOf(gfn, wanted);
    },
    learned(teller) {
      told ||= teller;
    },
  });
  const gfn = isPrivate ? PRIVATE_GFN : SHARED_GFN;
  let refused = 0;
  let found: number | undefined;
  let finished = false;
  let began = 0;

  function* vcpuReads(): Actor<number | undefined> {
    const vcpu = vm.createVcpu();
    for (;;) {
      const token = yield* vcpu.read(gfn, isPrivate);
      if (token !== undefined) return token;
      if (vcpu.exit === null || !(yield* pages.resolve(vcpu.exit))) return undefined;
      told ||= 'exit';
    }
  }

  engine.spawn(
    'story',
    (function* (): Actor {
      refused = yield* pages.begin();
      yield SETTLE;
      began = engine.now;
      if (refused === 0)
        found = by === 'vCPU' ? yield* vcpuReads() : yield* hostAccess(vm, by, pages.hva, gfn);
      finished = true;
    })(),
  );
  engine.run();
  const ns = engine.now - began;
  if (!finished) return { finds: 'waits for ever', told, ns, refused };
  if (found === undefined) return { finds: 'error', told, ns, refused };
  if (found === tokenOf(gfn, isPrivate)) return { finds: 'page', told, ns, refused };
  if (found === GARBAGE_TOKEN) return { finds: 'noise', told, ns, refused };
  return { finds: found === ZERO_TOKEN ? 'zeros' : 'other contents', told, ns, refused };
}

/** An access that goes through the VMM's mapping; undefined where it fails. */
function* hostAccess(vm: Vm, by: Toucher, hva: number, gfn: number): Actor<number | undefined> {
  let pfn: number;
  if (by === 'KVM') pfn = yield* ownAccess(vm, gfn, false);
  else if (by === 'vhost') pfn = yield* vhostAccess(vm, hva + gfn, false);
  else pfn = yield* touch(vm.mm, hva + gfn, userFault(false, null));
  return pfn > 0 ? hostReads(vm, pfn) : undefined;
}
