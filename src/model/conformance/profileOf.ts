import { type Profile, profile, type Release } from '../arch/profile.ts';
import type { RecordingMeta } from './recording.ts';

/** The machine that a recording was made on, as far as its `meta` tells. */
export interface RecordedMachine {
  readonly profile: Profile;
  /** The kernel reports broken memory as such (CONFIG_MEMORY_FAILURE). */
  readonly memoryFailure: boolean;
}

/** Chooses a profile by a recording's `meta`. */
export function profileOf(meta: RecordingMeta): RecordedMachine {
  const [major, minor] = meta.kernel.split('.').map(Number);
  const release: Release = [major, minor];
  const shadow = /shadow/.test(meta.backend);
  const pvm = /kvm_pvm/.test(meta.backend);
  return {
    profile: profile({
      release,
      mmu: shadow ? 'shadow' : 'tdp',
      caps: meta.caps,
      bugCompatible: true,
    }),
    // The hosts that offer this backend run kernels built without it: a poisoned page is a plain bus error there.
    memoryFailure: !pvm,
  };
}
