/**
 * mbind(2), get_mempolicy(2) and the asking half of move_pages(2) (mm/mempolicy.c, mm/migrate.c), for mappings of
 * guest_memfd: whose policy is the file's (since 6.19). The model keeps none for other memory, and answers there as a
 * kernel without NUMA does.
 */
import { atLeast } from '../arch/profile.ts';
import type { Actor } from '../engine/step.ts';
import { EFAULT, EINVAL, ENOENT, ENOSYS } from '../host/errno.ts';
import { NO_PFN } from '../host/frames.ts';
import { MPOL_DEFAULT, MPOL_LOCAL, MPOL_MAX, MPOL_PREFERRED } from '../host/memPolicy.ts';
import { indexIn } from '../host/vma.ts';
import { GuestMemfd } from '../kvm/guestMemfd.ts';
import type { Thread } from './process.ts';
import { isPageAligned, pageAlignUp, pageOf, type U64, u64 } from './u64.ts';

/** MPOL_MF_STRICT, MPOL_MF_MOVE, MPOL_MF_MOVE_ALL. */
const KNOWN_FLAGS = 7;

/** The file that a page is mapped from, and where in it; or a negated errno. */
function placeOf(thread: Thread, page: number): { gmem: GuestMemfd; index: number; end: number } | number {
  const vma = thread.process.mm.vmas.find(page);
  if (vma === undefined) return -EFAULT;
  const { file } = vma;
  if (!(file instanceof GuestMemfd) || !atLeast(file.vm.profile.release, [6, 19])) return -ENOSYS;
  return { gmem: file, index: indexIn(vma, page), end: vma.end };
}

/**
 * Says where pages that come from now on lie. Nothing is moved.
 *
 * @param nodes nodes meant, one bit each.
 * @returns 0 or a negated errno; mappings before the one that refuses have their policy.
 */
export function* mbind(
  thread: Thread,
  address: U64,
  length: U64,
  mode: number,
  nodes: number,
  flags = 0,
): Actor<number> {
  const { host } = thread.process.kernel;
  yield host.costs.systemCall;
  if (mode < 0 || mode >= MPOL_MAX || flags & ~KNOWN_FLAGS) return -EINVAL;
  const start = u64(address);
  if (!isPageAligned(start)) return -EINVAL;
  const end = start + pageAlignUp(u64(length));
  if (end >= 2n ** 64n) return -EINVAL;
  if (end === start) return 0;
  const takesNone = mode === MPOL_DEFAULT || mode === MPOL_LOCAL;
  if (takesNone ? nodes !== 0 : nodes === 0 && mode !== MPOL_PREFERRED) return -EINVAL;
  const there = nodes & (2 ** host.frames.free.nodes - 1);
  if (nodes !== 0 && there === 0) return -EINVAL;
  // To prefer none is to prefer the nearest.
  const policy = mode === MPOL_DEFAULT ? null : { mode: nodes === 0 ? MPOL_LOCAL : mode, nodes: there };
  for (let page = pageOf(start); page < pageOf(end); ) {
    const place = placeOf(thread, page);
    if (typeof place === 'number') return place;
    const pages = Math.min(place.end, pageOf(end)) - page;
    place.gmem.policies.set(place.index, place.index + pages, policy);
    page += pages;
  }
  return 0;
}

/** What get_mempolicy tells of an address. */
export interface PolicyThere {
  readonly mode: number;
  readonly nodes: number;
}

/** get_mempolicy with MPOL_F_ADDR: the policy of one page, or a negated errno. */
export function* getMempolicy(thread: Thread, address: U64): Actor<PolicyThere | number> {
  yield thread.process.kernel.host.costs.systemCall;
  const place = placeOf(thread, pageOf(u64(address)));
  if (typeof place === 'number') return place;
  return place.gmem.policies.at(place.index) ?? { mode: MPOL_DEFAULT, nodes: 0 };
}

/** move_pages without nodes to move to: the node of each page, or a negated errno for it. */
export function* movePages(thread: Thread, addresses: readonly U64[]): Actor<number[]> {
  const { mm, kernel } = thread.process;
  const { free } = kernel.host.frames;
  yield kernel.host.costs.systemCall;
  return addresses.map(address => {
    const page = pageOf(u64(address));
    if (mm.vmas.find(page) === undefined) return -EFAULT;
    const pfn = mm.lookup(page, false);
    return pfn === NO_PFN ? -ENOENT : free.nodeOf(pfn);
  });
}
