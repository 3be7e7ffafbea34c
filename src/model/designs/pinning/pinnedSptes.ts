/**
 * Pins kept in the SPTEs themselves, taken by the fault that installs them: the RFC of July 2020, what is known of the
 * fixes of October, and what it would take for a pin to outlive every zap.
 */

import type { Source } from '../../evidence/published.ts';
import { CHRISTOPHERSON_PINNED_SPTES, SINGH_OCTOBER } from '../../evidence/sources.ts';
import { NO_PFN } from '../../host/frames.ts';
import type { Pinning, PinningDesign } from '../../kvm/pinning.ts';
import type { Vm } from '../../kvm/vm.ts';
import type { ZapReason } from '../../kvm/zap.ts';

/** Which reasons for zapping an SPTE leave its pin alone. */
type Outlives = (reason: ZapReason) => boolean;

/** What a design does beside pinning on a fault. */
type Also = 'nothing' | 'launch' | 'balloon';

class PinnedSptes implements Pinning {
  readonly keepsTables: boolean;
  readonly mapsLaunched: boolean;
  readonly heedsBalloon: boolean;
  private readonly vm: Vm;
  private readonly outlives: Outlives;

  constructor(vm: Vm, outlives: Outlives, also: Also) {
    this.keepsTables = outlives('recycle');
    this.mapsLaunched = also === 'launch';
    this.heedsBalloon = also === 'balloon';
    this.vm = vm;
    this.outlives = outlives;
  }

  installing(_gfn: number, pfn: number, kept: number): boolean {
    // The RFC raises the reference count, which keeps compaction away without asking it to stay away.
    const { frames } = this.vm.host;
    if (kept !== pfn) frames.get(pfn);
    // The host has put another page in its place: nobody will ask for the one before again.
    if (kept !== pfn && kept !== NO_PFN) frames.put(kept);
    return true;
  }

  zapping(gfn: number, pfn: number, pinned: boolean, reason: ZapReason): 'drop' | 'keep-pinned' {
    return pinned ? this.dropping(gfn, pfn, reason) : 'drop';
  }

  dropping(_gfn: number, pfn: number, reason: ZapReason): 'drop' | 'keep-pinned' {
    if (this.outlives(reason)) return 'keep-pinned';
    this.vm.host.frames.put(pfn);
    return 'drop';
  }

  /** A bit in the SPTE costs nothing. */
  metadataBytes(): number {
    return 0;
  }
}

function pinnedSptes(
  name: string,
  title: string,
  mail: Source,
  outlives: Outlives,
  also: Also = 'nothing',
): PinningDesign {
  return { name, title, mail, memory: 'mapped', create: vm => new PinnedSptes(vm, outlives, also) };
}

/** A notifier event leaves the entry behind as PINNED and not present; whatever drops it lets the page go. */
export const pinnedSptesRfc = pinnedSptes(
  'sptes-rfc',
  'In the SPTE, as posted (July 2020)',
  CHRISTOPHERSON_PINNED_SPTES,
  reason => reason === 'notifier',
);

/**
 * With the fixes of October, of which only the outcome was reported. Taken to be what the answer of August had asked
 * for: no recycling of tables with pinned entries, no dropping of large ones. A slot update still drops everything.
 */
export const pinnedSptesOctober = pinnedSptes(
  'sptes-october',
  'In the SPTE, with fixes as of October 2020',
  SINGH_OCTOBER,
  reason => reason === 'notifier' || reason === 'recycle' || reason === 'resize',
);

/** PINNED survives every zap until the VM goes. Nobody posted it: it is what would be left to do. */
export const pinnedSptesSurviving = pinnedSptes(
  'sptes-surviving',
  'In the SPTE, surviving every zap (not posted)',
  SINGH_OCTOBER,
  reason => reason !== 'end',
);

/**
 * The RFC with its last patch, which it calls incomplete: what the firmware encrypts before the guest runs is mapped by
 * KVM, and so pinned, before anybody has touched it (kvm_mmu_map_tdp_page in sev_launch_update_data).
 */
export const pinnedSptesLaunch = pinnedSptes(
  'sptes-launch',
  'In the SPTE, during launch update as well (July 2020, its last patch)',
  CHRISTOPHERSON_PINNED_SPTES,
  reason => reason === 'notifier',
  'launch',
);

/**
 * PINNED survives every zap but that of a page which the guest has given up: Christopherson thought of ballooning as a
 * first step towards moving pages, for only the zap is new there. Quoted in the mail of October.
 */
export const pinnedSptesBallooning = pinnedSptes(
  'sptes-ballooning',
  'In the SPTE, until the guest gives the page up (thought of in August 2020)',
  SINGH_OCTOBER,
  reason => reason !== 'end' && reason !== 'balloon',
  'balloon',
);
