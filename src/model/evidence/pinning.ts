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

/** Taken with a stopwatch; of the lazy starts it says "about 1 s", for no size in particular. */
export const VAN_TASSELL_STARTS: readonly MeasuredStart[] = [
  start(VAN_TASSELL, 4, true, 2),
  start(VAN_TASSELL, 8, true, 3),
  start(VAN_TASSELL, 16, true, 4),
  start(VAN_TASSELL, 32, true, 8),
  start(VAN_TASSELL, 60, true, 14),
];

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
