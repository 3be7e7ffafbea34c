/** When each protocol of the race pins a page, and what unpins it. */
import { NO_PFN } from '../../host/frames.ts';
import type { Fate, Pinning } from '../../kvm/pinning.ts';
import type { ZapReason } from '../../kvm/zap.ts';
import type { Pins } from './pins.ts';

/** @param design its name; what stands behind `-recycle` and `-large` is the world's. */
export function pinningHooks(pins: Pins, design: string): Pinning {
  const metadataBytes = () => 0;
  const pinOnce = (gfn: number, pfn: number) => {
    if (!pins.has(gfn)) pins.take(gfn, pfn);
  };
  // An event of the host leaves the pin alone; whatever else takes the SPTE takes the pin with it.
  const unpin = (gfn: number, pfn: number, reason: ZapReason): Fate => {
    if (reason === 'notifier') return 'keep-pinned';
    pins.release(pfn);
    pins.forget(gfn);
    return 'drop';
  };
  switch (design.replace(/-(?:recycle|large)$/, '')) {
    case 'spte':
      return {
        metadataBytes,
        installing(gfn, pfn, kept) {
          if (kept === NO_PFN) pins.take(gfn, pfn);
          return true;
        },
        zapping: (gfn, pfn, pinned, reason) => (pinned ? unpin(gfn, pfn, reason) : 'drop'),
        dropping: unpin,
      };
    case 'kept-in-spte':
    case 'kept':
      return {
        metadataBytes,
        keepsTables: true,
        installing(gfn, pfn, kept) {
          if (kept === NO_PFN) pins.take(gfn, pfn);
          return true;
        },
        zapping: (_, __, pinned) => (pinned ? 'keep-pinned' : 'drop'),
        dropping: () => 'keep-pinned',
      };
    case 'pin-before-check':
      return {
        metadataBytes,
        beforeInstall(gfn, pfn) {
          pins.take(gfn, pfn);
          return 0;
        },
      };
    case 'pin-after-install':
      return { metadataBytes };
    default:
      return {
        metadataBytes,
        installing(gfn, pfn) {
          pinOnce(gfn, pfn);
          return false;
        },
      };
  }
}
