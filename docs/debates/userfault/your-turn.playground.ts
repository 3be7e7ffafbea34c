// Your turn: a page has not arrived and somebody touches it. Who is
// told, and what lets the access go on? Change `Mine`: what it traps in
// `begin`, and how it answers an exit in `resolve`.
import {
  type Actor,
  ArrivingMemory,
  type Destination,
  MEM_USERFAULT,
  type MissingPageDesign,
  missedPage,
  missingPageDesigns,
  show,
  touchMissing,
  UserfaultBitmap,
} from 'faultlines';

/** To begin with: the bitmap, and KVM's own accesses wait for it too. */
class Mine extends ArrivingMemory {
  bitmap: UserfaultBitmap;

  constructor(to: Destination) {
    super(to);
    this.bitmap = new UserfaultBitmap(to.vm.engine, to.pages, true);
  }

  override *begin(): Actor<number> {
    yield* this.layOut(MEM_USERFAULT, {
      isMissing: (_, page) => this.bitmap.test(page),
      awaitOwnAccess: page => this.ownAccess(page),
    });
    yield* this.trapMapping('missing'); // refused on guest_memfd in 6.18
    return yield* this.recallPrivate();
  }

  /** A vCPU has left KVM_RUN. */
  override *resolve(exit: Parameters<typeof missedPage>[0]): Actor<boolean> {
    const missed = missedPage(exit);
    if (missed?.userfault !== true) return false;
    yield* this.bring(missed.gfn, missed.isPrivate);
    this.bitmap.clear(missed.gfn);
    return true;
  }

  /** KVM touches the page itself and cannot leave. */
  *ownAccess(page: number): Actor {
    if (!this.bitmap.test(page)) return;
    this.to.learned('async fault');
    yield* this.bring(page, false);
    this.bitmap.clear(page);
  }
}

const mine: MissingPageDesign = {
  name: 'mine',
  title: 'Yours: the bitmap, and KVM’s own accesses wait',
  mail: { title: 'this page', date: '2026-11-21' },
  create: to => new Mine(to),
};

const WIRE = 30_000; // ns to fetch a page
const touchers = ['vCPU', 'KVM', 'vhost', 'VMM'] as const;

const rows = [...missingPageDesigns, mine].map(design => {
  const cells = touchers.map(by => {
    const touch = { by, isPrivate: false };
    const { finds, told } = touchMissing(design, 'gmem', [6, 18], touch, WIRE);
    return [by, finds === 'page' ? `its page, by ${told}` : finds] as const;
  });
  const right = cells.filter(([, found]) => found.startsWith('its page')).length;
  return { design: design.title, right, ...Object.fromEntries(cells) };
});

show.table(rows, {
  title: 'Who finds the page, with memory in a guest_memfd that the VMM maps',
  columns: [
    { key: 'design', label: 'Design' },
    { key: 'right', label: 'Right, of 4' },
    ...touchers.map(key => ({ key, label: key })),
  ],
});
