import {
  type EptType,
  effectiveUnderEpt,
  effectiveUnderNpt,
  type MemoryType,
} from '../../arch/memoryType.ts';
import { ARM_TYPES, effectiveOnArm } from '../../arch/stage2Arm.ts';
import { memoryTypeReleases } from '../../designs/memoryType/releases.ts';
import type { MemoryTypeQuestion } from '../../kvm/memoryType.ts';
import { experiment } from '../experiment.ts';
import { choice, flag } from '../params.ts';
import type { Column } from '../view.ts';

const PAT_TYPES: readonly MemoryType[] = ['UC', 'UC-', 'WC', 'WT', 'WP', 'WB'];
const EPT_TYPES: readonly EptType['type'][] = ['UC', 'WC', 'WT', 'WP', 'WB'];

/** Combinations that old editions of the manual call undefined; every processor with both does what the table says. */
const OLD_UNDEFINED: readonly string[] = ['WC/WT', 'WC/WP', 'WT/WP', 'WP/UC-', 'WP/WT'];

const GUEST_COLUMNS: readonly Column[] = PAT_TYPES.map(pat => ({ key: pat, label: pat }));

type MatrixRow = Readonly<Record<string, string>>;

/** One row for each EPT leaf that hardware knows. */
function hardwareRows(): MatrixRow[] {
  return EPT_TYPES.flatMap(type =>
    [false, true].map(ignorePat => {
      const leaf: EptType = { type, ignorePat };
      const cells = PAT_TYPES.map(pat => [
        pat,
        effectiveUnderEpt(leaf, pat, false) +
          (!ignorePat && OLD_UNDEFINED.includes(`${type}/${pat}`) ? ' (old manuals: open)' : ''),
      ]);
      return {
        part: 'hardware',
        of: `EPT ${type}`,
        ignorePat: ignorePat ? 'set' : '',
        ...Object.fromEntries(cells),
      };
    }),
  );
}

/** One row for each release of KVM on Intel. */
function intelRows(question: MemoryTypeQuestion): MatrixRow[] {
  return memoryTypeReleases.map(design => {
    const leaf = design.leaf(question);
    const cells = PAT_TYPES.map(pat => [pat, effectiveUnderEpt(leaf, pat, false)]);
    const [release, rule] = design.title.split(': ');
    return {
      part: 'release',
      of: design.title,
      release,
      rule,
      ignorePat: leaf.ignorePat ? 'set' : '',
      leaf: leaf.type,
      ...Object.fromEntries(cells),
    };
  });
}

function amdRow(question: MemoryTypeQuestion): MatrixRow {
  const cells = PAT_TYPES.map(pat => [pat, question.isMmio ? 'not modelled' : effectiveUnderNpt(pat)]);
  return {
    part: 'release',
    of: 'every release',
    release: 'every release',
    ignorePat: '',
    leaf: 'WB',
    ...Object.fromEntries(cells),
  };
}

/** RAM, device memory, and device memory that VFIO allows to be uncached. */
function armRows(): MatrixRow[] {
  const pages = [
    { of: 'RAM', backing: 'ram', leaf: 'Normal-WB' },
    { of: 'device memory', backing: 'device', leaf: 'Device-nGnRE' },
    { of: 'device memory, any uncached allowed (VFIO)', backing: 'any-uncached', leaf: 'Normal-NC' },
  ] as const;
  return pages.flatMap(({ of, backing, leaf }) =>
    [false, true].map(fwb => {
      const cells = ARM_TYPES.map(stage1 => [stage1, effectiveOnArm(fwb, backing, stage1)]);
      return { part: 'arm', of, fwb: fwb ? 'with FWB' : 'without FWB', leaf, ...Object.fromEntries(cells) };
    }),
  );
}

/** `memory-type/matrix`: what a guest's access comes to, for vendor, entry, ignore-PAT, PAT and release of KVM. */
export const matrixExperiment = experiment({
  id: 'memory-type/matrix',
  question: 'What does a guest’s access to its RAM come to, and who has decided it?',
  params: {
    vendor: choice({
      label: 'Processor',
      options: { intel: 'Intel', amd: 'AMD', arm64: 'arm64' },
      default: 'intel',
    }),
    isMmio: flag({ label: 'The page is MMIO of the host', default: false }),
    noncoherentDma: flag({
      label: 'A device with non-coherent DMA is assigned',
      help: 'KVM counts them by VM.',
      default: false,
    }),
    selfSnoop: flag({
      label: 'The CPU has self-snoop',
      help: 'Without it the quirk of 6.16 cannot be turned off.',
      default: true,
    }),
    patQuirk: flag({
      label: 'KVM_X86_QUIRK_IGNORE_GUEST_PAT',
      help: 'On by default since 6.16; no release before has it.',
      default: true,
    }),
    cacheDisabled: flag({ label: 'The guest has set CR0.CD', default: false }),
    cdQuirk: flag({ label: 'KVM_X86_QUIRK_CD_NW_CLEARED', default: true }),
    guestMtrr: choice({
      label: 'The guest’s MTRRs say',
      help: 'They matter before 6.11, and with non-coherent DMA alone.',
      options: { WB: 'WB', WT: 'WT', WP: 'WP', WC: 'WC', UC: 'UC' },
      default: 'WB',
    }),
  },
  run(values) {
    const question: MemoryTypeQuestion = {
      ...values,
      guestMtrr: values.guestMtrr as EptType['type'],
      slotMarked: false,
      dirtyLogging: false,
      hostMapping: 'WB',
    };
    if (values.vendor === 'arm64') return armRows();
    if (values.vendor === 'amd') return [amdRow(question)];
    return [...intelRows(question), ...hardwareRows()];
  },
  views(rows, { vendor }) {
    if (vendor === 'arm64') {
      return [
        {
          kind: 'table',
          title: 'Effective type, by what the guest’s own tables say',
          columns: [
            { key: 'of', label: 'Page' },
            { key: 'fwb', label: 'Stage 2' },
            { key: 'leaf', label: 'Entered there' },
            ...ARM_TYPES.map(type => ({ key: type, label: `Guest ${type}` })),
          ],
          rows,
        },
      ];
    }
    const byRelease = {
      kind: 'table' as const,
      title: 'Effective type, a column for what the guest’s PAT says',
      columns: [
        { key: 'release', label: 'KVM' },
        { key: 'leaf', label: vendor === 'intel' ? 'EPT' : 'Host' },
        ...(vendor === 'intel' ? [{ key: 'ignorePat', label: 'Ignore-PAT' }] : []),
        ...GUEST_COLUMNS,
        ...(vendor === 'intel' ? [{ key: 'rule', label: 'Rule' }] : []),
      ],
      rows: rows.filter(row => row.part === 'release'),
    };
    if (vendor === 'amd') return [byRelease];
    return [
      byRelease,
      {
        kind: 'table',
        title: 'What hardware makes of every entry, a column for the guest’s PAT',
        columns: [{ key: 'of', label: 'Entry' }, { key: 'ignorePat', label: 'Ignore-PAT' }, ...GUEST_COLUMNS],
        rows: rows.filter(row => row.part === 'hardware'),
      },
    ];
  },
  // Rules out of manuals and code: there is nothing to measure.
  evidence: () => [],
});
