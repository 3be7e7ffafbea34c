/** Start of SEV guests with memory pinned up front and on faults. */
import type { Published } from './published.ts';
import { CHRISTOPHERSON_PRECISE_ZAP, DADHANIA_DEFER, VAN_TASSELL } from './sources.ts';

/** A measured start: how large the guest, and when its memory was pinned. */
export interface MeasuredStart extends Published {
  readonly gib: number;
  readonly upFront: boolean;
}

function start(source: Published['source'], gib: number, upFront: boolean, value: number): MeasuredStart {
  const name = `${gib} GiB, ${upFront ? 'pinned up front' : 'pinned on fault'}`;
  return { name, unit: 's', value, source, gib, upFront };
}

/** Boot times on 5.17-rc6, for each size pinned up front and pinned on fault. */
const DADHANIA_TABLE = [
  [4, 6.16, 5.71],
  [16, 7.38, 5.91],
  [64, 12.17, 6.16],
  [128, 18.2, 6.5],
  [192, 24.56, 6.8],
] as const;

/** That table, the starts pinned up front first. The mail says GB; sizes of guests are powers of two. */
export const DADHANIA_STARTS: readonly MeasuredStart[] = [
  ...DADHANIA_TABLE.map(([gib, upFront]) => start(DADHANIA_DEFER, gib, true, upFront)),
  ...DADHANIA_TABLE.map(([gib, , onFault]) => start(DADHANIA_DEFER, gib, false, onFault)),
];

/** The starts of that table that constants were fitted on. */
export const DADHANIA_FITTED = {
  smallest: DADHANIA_STARTS.find(s => s.gib === 4 && s.upFront)!,
  largest: DADHANIA_STARTS.find(s => s.gib === 192 && s.upFront)!,
  largestOnFault: DADHANIA_STARTS.find(s => s.gib === 192 && !s.upFront)!,
} as const;

/** Taken with a stopwatch, in whole seconds; those pinned on fault take the same second at every size. */
const VAN_TASSELL_TABLE = [
  [4, 2],
  [8, 3],
  [16, 4],
  [32, 8],
  [60, 14],
] as const;

/** That table, the starts pinned up front first. */
export const VAN_TASSELL_STARTS: readonly MeasuredStart[] = [
  ...VAN_TASSELL_TABLE.map(([gib, upFront]) => start(VAN_TASSELL, gib, true, upFront)),
  ...VAN_TASSELL_TABLE.map(([gib]) => start(VAN_TASSELL, gib, false, 1)),
];

/** The starts of that table that constants were fitted on. */
export const VAN_TASSELL_FITTED = {
  largest: VAN_TASSELL_STARTS.find(s => s.gib === 60 && s.upFront)!,
  smallestOnFault: VAN_TASSELL_STARTS.find(s => s.gib === 4 && !s.upFront)!,
} as const;

/** What else that mail gives of precise zapping; none of it is modelled, for leaves are 4 KiB here. */
export const PRECISE_ZAP_ELSEWHERE = {
  /** The same boot with THP on. */
  withThp: {
    name: 'faults saved by a precise slot zap, THP on',
    unit: '%',
    value: 14,
    source: CHRISTOPHERSON_PRECISE_ZAP,
  },
  /** At most, on a special VM of 32 GB. */
  largeVm: {
    name: 'faults saved by a precise slot zap, special VM of 32 GB, at most',
    unit: '%',
    value: 50,
    source: CHRISTOPHERSON_PRECISE_ZAP,
  },
  /** The boot of that VM, at most. */
  largeVmBoot: {
    name: 'time of its boot saved, at most',
    unit: '%',
    value: 25,
    source: CHRISTOPHERSON_PRECISE_ZAP,
  },
} as const satisfies Record<string, Published>;

/** EPT violations that zapping a slot alone saved while a VM of 6 GB booted, with THP off; 14 % with THP on. */
export const PRECISE_ZAP_SAVES: Published = {
  name: 'faults saved by a precise slot zap, 4 KiB pages',
  unit: '%',
  value: 7,
  source: CHRISTOPHERSON_PRECISE_ZAP,
};
