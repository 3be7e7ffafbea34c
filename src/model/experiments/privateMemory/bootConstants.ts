import { COST_TABLE, type CostName } from '../../costs/table.ts';

import { across } from '../across.ts';
import { experiment } from '../experiment.ts';
import { number } from '../params.ts';
import { fitBoot } from './bootFit.ts';

/** Constants that the three boots read beside the two fitted ones; a test proves that no other matters. */
export const BOOT_CONSTANTS = [
  'vmExit',
  'userExit',
  'stage2Fault',
  'hostFault',
  'pageAllocate',
  'dontNeed',
  'dontNeedPage',
  'gmemHolePunch',
  'gmemHolePage',
  'gmemAllocate',
  'zap',
  'rmpUpdate',
  'pvalidate',
] as const satisfies readonly CostName[];

/**
 * `private-memory/boot-constants`: how far each other constant of the boot can move the prediction. Both fitted
 * constants are fitted anew each time, so that the two boots they were fitted on stay where they were measured.
 */
export const bootConstantsExperiment = experiment({
  id: 'private-memory/boot-constants',
  question: 'How far could each constant that was not fitted move the predicted 68 s?',
  params: {
    widen: number({
      label: 'Widen the ranges',
      help: 'Each constant goes from its low end divided by this to its high end times this.',
      min: 1,
      max: 10,
      default: 1,
      unit: 'times',
    }),
  },
  run({ widen }) {
    const base = fitBoot().predictedSeconds;
    return BOOT_CONSTANTS.map(name => {
      const cost = COST_TABLE[name];
      const low = Math.round(cost.range![0] / widen);
      const high = Math.round(cost.range![1] * widen);
      const atLow = fitBoot({ [name]: low }).predictedSeconds;
      const atHigh = fitBoot({ [name]: high }).predictedSeconds;
      return {
        constant: name,
        what: cost.what,
        from: cost.origin.kind === 'assumed' ? 'assumed' : 'published or recorded',
        value: cost.value,
        low,
        high,
        predictedLow: round(Math.min(atLow, atHigh)),
        predictedHigh: round(Math.max(atLow, atHigh)),
        predicted: round(base),
        moves: round(Math.max(Math.abs(atLow - base), Math.abs(atHigh - base))),
      };
    }).sort((a, b) => b.moves - a.moves || (a.constant < b.constant ? -1 : 1));
  },
  views(rows) {
    return [
      {
        kind: 'plot',
        title: 'How far each constant moves the prediction',
        summary:
          'One bar a constant: the largest change of the predicted boot time over the constant’s whole range.',
        mark: 'bar',
        ...across('constant'),
        y: { key: 'moves', label: 'Moves the prediction by', unit: 's', digits: 2 },
        rows,
      },
      {
        kind: 'table',
        folded: true,
        title: 'Constants',
        columns: [
          { key: 'what', label: 'What takes that long' },
          { key: 'from', label: 'Source' },
          { key: 'value', label: 'Value', unit: 'ns' },
          { key: 'low', label: 'Low', unit: 'ns' },
          { key: 'high', label: 'High', unit: 'ns' },
          { key: 'predictedLow', label: 'Predicted, lowest', unit: 's', digits: 2 },
          { key: 'predictedHigh', label: 'Predicted, highest', unit: 's', digits: 2 },
        ],
        rows,
      },
    ];
  },
  evidence: () => [],
});

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
