/** userfaultfd on the VMM's mapping, and nothing in KVM. */
import type { Actor } from '../../engine/step.ts';
import { RAPOPORT_UFFD_GMEM, XU_IMPROVE_UFFD } from '../../evidence/sources.ts';
import type { Destination, MissingPageDesign } from '../../kvm/missingPages.ts';
import { ArrivingMemory, type UffdMode } from './arriving.ts';

class UffdOnly extends ArrivingMemory {
  private readonly mode: UffdMode;

  constructor(to: Destination, mode: UffdMode) {
    super(to);
    this.mode = mode;
  }

  override *begin(): Actor<number> {
    const laidOut = yield* super.begin();
    return laidOut !== 0 ? laidOut : yield* this.trapMapping(this.mode);
  }
}

/** UFFDIO_COPY into a mapping that has no page. */
export const uffdMissing: MissingPageDesign = {
  name: 'uffd-missing',
  title: 'userfaultfd, MISSING',
  mail: XU_IMPROVE_UFFD,
  create: to => new UffdOnly(to, 'missing'),
};

/** The page is written through another mapping, and UFFDIO_CONTINUE maps it; what the file has not is trapped too. */
export const uffdMinor: MissingPageDesign = {
  name: 'uffd-minor',
  title: 'userfaultfd, MINOR',
  mail: RAPOPORT_UFFD_GMEM,
  create: to => new UffdOnly(to, 'minor'),
};
