import { COST_TABLE } from '../../costs/table.ts';
import { BOOT_SNP, BOOT_UPM, BOOT_UPM_KEEP_SHARED, SHARED_DISCARDS } from '../../evidence/boot.ts';
import { compare } from '../../evidence/published.ts';
import { experiment } from '../experiment.ts';
import { int, number } from '../params.ts';
import { BOOT_CONSTANTS } from './bootConstants.ts';
import { fitBoot } from './bootFit.ts';

/** How many times as slow everything else is taken to be, along the sweep. */
const FACTORS = [0.5, 1, 2, 4, 8, 16, 32, 48];

/** What the published boots leave for a flush, if every other constant of a conversion were `slower` times as large. */
function attribute(slower: number, transactions: number) {
  const costs = Object.fromEntries(
    BOOT_CONSTANTS.map(name => [name, Math.round(COST_TABLE[name].value * slower)]),
  );
  const { restOfBootNs, flushAllCpusNs, predictedSeconds } = fitBoot(costs, transactions);
  return {
    slower,
    flushMicros: Math.round(flushAllCpusNs) / 1000,
    // Both sides are discarded in each transaction.
    flushSeconds: Math.round((2 * transactions * flushAllCpusNs) / 1e6) / 1e3,
    restSeconds: Math.round(restOfBootNs / 1e6) / 1e3,
    predicted: Math.round(predictedSeconds * 1e3) / 1e3,
    possible: restOfBootNs >= 0 && flushAllCpusNs >= 0,
    slow: BOOT_UPM.value - BOOT_SNP.value,
    measured: BOOT_UPM_KEEP_SHARED.value,
  };
}

/**
 * `private-memory/flush-share`: bounds on what a flush, or anything else that each discard brings with it, contributed
 * to the slow boot. For each speed of everything else, rest and flush are fitted anew on two boots.
 */
export const flushShareExperiment = experiment({
  id: 'private-memory/flush-share',
  question: 'How much of the slow boot could be the cache flush?',
  params: {
    slower: number({
      label: 'Everything else is slower',
      help: 'Exits, faults, calls and updates of the RMP take so many times what the cost table says.',
      min: 0.1,
      max: 50,
      default: 1,
      unit: 'times',
      scale: 'log',
    }),
    transactions: int({
      label: 'DMA transactions',
      help: 'Default: the discards that a later trace of another boot counts. The mail does not say how many there were.',
      min: 1000,
      max: 500_000,
      default: SHARED_DISCARDS,
      unit: 'transactions',
    }),
  },
  run({ slower, transactions }, progress) {
    const factors = [...new Set([...FACTORS, slower])].sort((a, b) => a - b);
    return factors.map((factor, at) => {
      progress?.(at / factors.length);
      return attribute(factor, transactions);
    });
  },
  views(rows, { slower }) {
    const here = rows.find(row => row.slower === slower)!;
    const slow = here.slow as number;
    const verdict = here.possible
      ? `flushes take ${Math.round(here.flushSeconds as number)} of the ${slow} s`
      : 'the measured boots rule that out';
    return [
      {
        kind: 'plot',
        title:
          slower === 1
            ? `As the cost table has it, ${verdict}`
            : `Everything else ${slower} times as slow: ${verdict}`,
        summary:
          'What the discards must have brought with them, for each speed of everything else that is possible.',
        mark: 'line',
        x: { key: 'slower', label: 'Everything else, times what the cost table says', scale: 'log' },
        y: { key: 'flushSeconds', label: `Flushes, of ${slow} s`, unit: 's', digits: 0 },
        rows: rows.filter(row => row.possible),
      },
      {
        kind: 'table',
        folded: true,
        title: 'What the three boots allow',
        columns: [
          { key: 'slower', label: 'Everything else, times', digits: 1 },
          { key: 'flushMicros', label: 'One flush', unit: 'µs', digits: 0 },
          { key: 'flushSeconds', label: 'All flushes', unit: 's', digits: 1 },
          { key: 'restSeconds', label: 'Rest of the boot', unit: 's', digits: 1 },
          { key: 'predicted', label: 'Third boot, predicted', unit: 's', digits: 1 },
          { key: 'measured', label: 'measured', unit: 's' },
          { key: 'verdict', label: 'Possible' },
        ],
        rows: rows.map(row => ({
          ...row,
          verdict: row.possible ? 'yes' : 'no: something would take less than nothing',
        })),
      },
    ];
  },
  evidence(rows, { slower }) {
    const here = rows.find(row => row.slower === slower)!;
    return here.possible ? [compare(BOOT_UPM_KEEP_SHARED, here.predicted as number, false)] : [];
  },
});
