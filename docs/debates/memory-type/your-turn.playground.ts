// Your turn: what should KVM write into the EPT entry? Change `leaf`.
// Each case says what would be wrong with the answer.
import {
  effectiveUnderEpt,
  type MemoryType,
  type MemoryTypeDesign,
  type MemoryTypeQuestion,
  memoryTypeReleases,
  show,
} from 'faultlines';

const mine: MemoryTypeDesign = {
  name: 'mine',
  title: 'Yours: a marked slot is the guest’s, until it is being migrated',
  mail: { title: 'this page', date: '2026-11-21' },
  leaf(question) {
    if (question.isMmio) return { type: 'UC', ignorePat: false };
    const honour =
      question.noncoherentDma || (question.slotMarked && !question.dirtyLogging);
    return { type: 'WB', ignorePat: !honour };
  },
};

const usual: MemoryTypeQuestion = {
  isMmio: false,
  noncoherentDma: false,
  cacheDisabled: false,
  cdQuirk: true,
  guestMtrr: 'WB',
  selfSnoop: true,
  patQuirk: true,
  slotMarked: false,
  dirtyLogging: false,
  hostMapping: 'WB',
};

const cached = (type: string) => type === 'WB' || type === 'WT' || type === 'WP';

const cases: {
  what: string;
  question: MemoryTypeQuestion;
  pat: MemoryType;
  wrong(type: string): string;
}[] = [
  {
    what: 'MMIO of the host, guest maps it cached',
    question: { ...usual, isMmio: true },
    pat: 'WB',
    wrong: type => (cached(type) ? 'machine checks' : ''),
  },
  {
    what: 'GPU buffer in a marked slot, guest maps it WC',
    question: { ...usual, slotMarked: true, hostMapping: 'WC' },
    pat: 'WC',
    wrong: type => (cached(type) ? 'the GPU reads stale memory' : ''),
  },
  {
    what: 'the same buffer while the VMM migrates it',
    question: { ...usual, slotMarked: true, dirtyLogging: true },
    pat: 'WC',
    wrong: type => (cached(type) ? '' : 'the VMM reads stale lines'),
  },
  {
    what: 'video memory of an old driver, mapped UC',
    question: usual,
    pat: 'UC-',
    wrong: type => (type === 'UC' ? 'a slow display' : ''),
  },
  {
    what: 'RAM under a device that does not snoop',
    question: { ...usual, noncoherentDma: true },
    pat: 'UC',
    wrong: type => (cached(type) ? 'the device reads stale memory' : ''),
  },
];

const rows = [...memoryTypeReleases, mine].flatMap(design =>
  cases.map(({ what, question, pat, wrong }) => {
    const type = effectiveUnderEpt(design.leaf(question), pat, false);
    return { design: design.title, what, type, wrong: wrong(type) || 'nothing' };
  }),
);

show.table(rows, {
  title: 'Five pages, and what each design does to them',
  columns: [
    { key: 'design', label: 'Design' },
    { key: 'what', label: 'Page' },
    { key: 'type', label: 'Comes to' },
    { key: 'wrong', label: 'What goes wrong' },
  ],
});
