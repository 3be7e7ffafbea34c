/** What userfaultfd can do by release (include/uapi/linux/userfaultfd.h). */
import { atLeast, type Profile, type Release } from '../arch/profile.ts';
import {
  UFFD_FEATURE_MOVE,
  UFFD_FEATURE_PAGEFAULT_FLAG_WP,
  UFFD_FEATURE_POISON,
  UFFD_FEATURE_WP_ASYNC,
  UFFD_FEATURE_WP_HUGETLBFS_SHMEM,
  UFFD_FEATURE_WP_UNPOPULATED,
  UFFD_FEATURES,
} from '../host/userfaultfd.ts';

/** Since when pages can be poisoned, and moved. */
export const POISON_SINCE = [6, 6] as const;
export const MOVE_SINCE = [6, 8] as const;

/** Bits of `ioctls`, by the numbers of UFFDIO_MOVE and UFFDIO_POISON. */
const IOCTL_MOVE = 1n << 5n;
const IOCTL_POISON = 1n << 8n;

/** Since when arm64 can protect pages from writes (HAVE_ARCH_USERFAULTFD_WP). */
const ARM_PROTECTS_SINCE = [6, 10] as const;

const FEATURES_OF_PROTECTION =
  UFFD_FEATURE_PAGEFAULT_FLAG_WP |
  UFFD_FEATURE_WP_HUGETLBFS_SHMEM |
  UFFD_FEATURE_WP_UNPOPULATED |
  UFFD_FEATURE_WP_ASYNC;

/** Whether pages can be registered for write protection. */
export function protectsWrites({ arch, release }: Profile): boolean {
  return arch !== 'arm64' || atLeast(release, ARM_PROTECTS_SINCE);
}

/**
 * Features that UFFDIO_API tells of. Until 6.10 it may be asked for every feature of the release, also for those that
 * the architecture has not.
 */
export function featuresTold(profile: Profile): number {
  const features = featuresOf(profile.release);
  return protectsWrites(profile) ? features : features & ~FEATURES_OF_PROTECTION;
}

/** Features that a release knows. Older ones than these are taken to be there. */
export function featuresOf(release: Release): number {
  let features = UFFD_FEATURES;
  if (!atLeast(release, MOVE_SINCE)) features &= ~UFFD_FEATURE_MOVE;
  if (!atLeast(release, POISON_SINCE)) features &= ~UFFD_FEATURE_POISON;
  return features;
}

/** Of some ioctls on a range, those that a release has. */
export function ioctlsOf(release: Release, ioctls: bigint): bigint {
  let known = ioctls;
  if (!atLeast(release, MOVE_SINCE)) known &= ~IOCTL_MOVE;
  if (!atLeast(release, POISON_SINCE)) known &= ~IOCTL_POISON;
  return known;
}
