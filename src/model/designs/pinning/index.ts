import type { PinningDesign } from '../../kvm/pinning.ts';
import { pinAtRegistration } from './atRegistration.ts';
import { pinInMemslot, pinInXarray } from './beside.ts';
import {
  pinnedSptesBallooning,
  pinnedSptesLaunch,
  pinnedSptesOctober,
  pinnedSptesRfc,
  pinnedSptesSurviving,
} from './pinnedSptes.ts';
import { firmwareMove, pinnedByFile } from './unpinned.ts';

/** Every proposal for when a page is pinned and what lets it go, in the order in which they were made. */
export const pinningDesigns: readonly PinningDesign[] = [
  pinAtRegistration,
  pinnedSptesRfc,
  pinnedSptesLaunch,
  firmwareMove,
  pinnedSptesBallooning,
  pinnedSptesOctober,
  pinnedSptesSurviving,
  pinInXarray(),
  pinInMemslot,
  pinnedByFile,
];
