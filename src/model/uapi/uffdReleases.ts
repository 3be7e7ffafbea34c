/** What userfaultfd can do by release (include/uapi/linux/userfaultfd.h). */
import { atLeast, type Release } from '../arch/profile.ts';
import { UFFD_FEATURE_MOVE, UFFD_FEATURE_POISON, UFFD_FEATURES } from '../host/userfaultfd.ts';

/** Since when pages can be poisoned, and moved. */
export const POISON_SINCE = [6, 6] as const;
export const MOVE_SINCE = [6, 8] as const;

/** Bits of `ioctls`, by the numbers of UFFDIO_MOVE and UFFDIO_POISON. */
const IOCTL_MOVE = 1n << 5n;
const IOCTL_POISON = 1n << 8n;

/** Features that UFFDIO_API tells of. Older ones than these are taken to be there. */
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
