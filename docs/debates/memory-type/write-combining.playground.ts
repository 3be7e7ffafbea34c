// The claim: a guest maps RAM write-combining, and on Intel nothing
// comes of it, unless the VM has a device with non-coherent DMA or,
// since 6.16, a quirk is off.
import { effectiveUnderEpt, memoryTypeReleases, show } from 'faultlines';

const usual = {
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
} as const;

const cases = {
  'RAM of an ordinary VM': usual,
  'the same, quirk off': { ...usual, patQuirk: false },
  'the same, quirk off, no self-snoop': {
    ...usual,
    patQuirk: false,
    selfSnoop: false,
  },
  'RAM, non-coherent DMA': { ...usual, noncoherentDma: true },
  'MMIO of the host': { ...usual, isMmio: true },
};

const rows = memoryTypeReleases.map(release => ({
  release: release.title,
  ...Object.fromEntries(
    Object.entries(cases).map(([name, question]) => [
      name,
      effectiveUnderEpt(release.leaf(question), 'WC', false),
    ]),
  ),
}));

show.table(rows, {
  title: 'What a guest’s write-combining mapping comes to on Intel',
  columns: [
    { key: 'release', label: 'KVM' },
    ...Object.keys(cases).map(key => ({ key, label: key })),
  ],
});
