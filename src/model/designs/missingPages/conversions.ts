/** Exits for conversions that stand for missing pages: the mail at the centre, and what was said against it. */
import type { Actor } from '../../engine/step.ts';
import { HOUGHTON_PRIVATE_FIRST, WANG_CONVERSIONS } from '../../evidence/sources.ts';
import type { Exit } from '../../kvm/exits.ts';
import { MEM_USERFAULT } from '../../kvm/memslots.ts';
import type { Destination, MissingPageDesign } from '../../kvm/missingPages.ts';
import { ArrivingMemory, missedPage } from './arriving.ts';

/** Every page is shared at the destination; the first private access leaves for a conversion, and brings the page. */
class SharedFirst extends ArrivingMemory {
  override *begin(): Actor<number> {
    yield* this.layOut(0, null);
    yield* this.trapMapping('missing');
    return 0;
  }

  override *resolve(exit: Exit): Actor<boolean> {
    const missed = missedPage(exit);
    if (missed?.isPrivate !== true) return false;
    yield* this.bring(missed.gfn, true);
    yield* this.vm.conversion.convert(missed.gfn, missed.gfn + 1, true);
    return true;
  }
}

/** Every page counts as private at first; an access that is shared leaves, and the page is made shared. */
class PrivateFirst extends ArrivingMemory {
  private readonly arrived = new Set<number>();

  override *begin(): Actor<number> {
    const { vm, to } = this;
    if (to.memory === 'private') {
      yield* this.layOut(0, null);
      return yield* vm.conversion.convert(0, to.pages, true);
    }
    // An ordinary VM has no private attribute; what it would do there is this.
    yield* this.layOut(MEM_USERFAULT, { isMissing: (_, index) => !this.arrived.has(index) });
    return 0;
  }

  override *resolve(exit: Exit): Actor<boolean> {
    const missed = missedPage(exit);
    if (missed === null || missed.isPrivate) return false;
    yield* this.bring(missed.gfn, false);
    this.arrived.add(missed.gfn);
    if (this.to.memory !== 'private') return true;
    return (yield* this.vm.conversion.convert(missed.gfn, missed.gfn + 1, false)) === 0;
  }
}

export const conversionExits: MissingPageDesign = {
  name: 'conversion-exits',
  title: 'Conversion exits (the mail)',
  mail: WANG_CONVERSIONS,
  create: (to: Destination) => new SharedFirst(to),
};

export const privateFirst: MissingPageDesign = {
  name: 'private-first',
  title: 'All private first (July 2024)',
  mail: HOUGHTON_PRIVATE_FIRST,
  create: (to: Destination) => new PrivateFirst(to),
};
