import { COST_TABLE } from '../../costs/table.ts';
import { flushOnGmemFree } from '../../designs/reclaim/flushOnGmemFree.ts';
import { rmpLookup, zapBothKinds } from '../../designs/reclaim/narrower.ts';
import { experiment } from '../experiment.ts';
import { number } from '../params.ts';
import { ORDERS, type Order, spurious } from './spuriousModel.ts';

const SHARES = [0, 10, 25, 50, 75, 90, 100];

/** `shared-only/spurious-faults`: what an event on shared memory does to private mappings, on SNP and on TDX. */
export const spuriousFaultsExperiment = experiment({
  id: 'shared-only/spurious-faults',
  question:
    'When would it pay to ask the RMP before zapping, and what does a TDX guest lose without a filter?',
  params: {
    privatePercent: number({
      label: 'Private pages',
      help: 'Share of the 128 pages that events come to.',
      min: 0,
      max: 100,
      default: 50,
      unit: '%',
    }),
    touchedPercent: number({
      label: 'Touched again',
      help: 'Share of the private pages that the guest uses again after the event. Only those fault once more.',
      min: 0,
      max: 100,
      default: 100,
      unit: '%',
    }),
    lookupNanos: number({
      label: 'Look-up in the RMP',
      help: 'For each SPTE, with mmu_lock held. Nobody has published it.',
      min: 0,
      max: 10_000,
      default: COST_TABLE.rmpLookup.value,
      unit: 'ns',
    }),
    faultNanos: number({
      label: 'Fault on a page that is there',
      help: 'Exit, fault and entry. The default is of a recording on a slow host; nobody has published it for SNP.',
      min: 0,
      max: 50_000,
      default: COST_TABLE.vmExit.value + COST_TABLE.stage2Fault.value,
      unit: 'ns',
    }),
  },
  run(values, progress) {
    const touchedShare = values.touchedPercent / 100;
    function compareOn(order: Order, privatePercent: number, touchedPercent: number) {
      const scene = {
        order,
        privateShare: privatePercent / 100,
        touchedShare: touchedPercent / 100,
      };
      const blunt = spurious({ ...scene, vmType: 'snp', design: flushOnGmemFree });
      const precise = spurious({ ...scene, vmType: 'snp', design: rmpLookup(values.lookupNanos) });
      const extra = blunt.faults - precise.faults;
      const ratio = precise.lookups === 0 ? 0 : extra / precise.lookups;
      return {
        order,
        privatePercent,
        touchedPercent,
        lookups: precise.lookups,
        extraFaults: extra,
        ratio: Math.round(ratio * 1e4) / 1e4,
        breakEvenNanos: Math.round(ratio * values.faultNanos),
        lookupMicros: Math.round(precise.lookups * values.lookupNanos) / 1000,
        faultMicros: Math.round(extra * values.faultNanos) / 1000,
        lostFiltered: 0,
        lostUnfiltered: 0,
      };
    }
    const byOrder = ORDERS.map((order, i) => {
      progress?.(i / (ORDERS.length + SHARES.length));
      const scene = { order, privateShare: values.privatePercent / 100, touchedShare };
      return {
        part: 'order',
        ...compareOn(order, values.privatePercent, values.touchedPercent),
        lostFiltered: spurious({ ...scene, vmType: 'tdx', design: flushOnGmemFree }).lost,
        lostUnfiltered: spurious({ ...scene, vmType: 'tdx', design: zapBothKinds }).lost,
      };
    });
    const touched = [...new Set([25, 50, 100, values.touchedPercent])].sort((a, b) => a - b);
    const byShare = SHARES.flatMap((share, i) => {
      progress?.((ORDERS.length + i) / (ORDERS.length + SHARES.length));
      return touched.map(again => ({
        part: 'share',
        ...compareOn('NUMA balancing over kept pages', share, again),
      }));
    });
    return [...byOrder, ...byShare];
  },
  views(rows, { lookupNanos, faultNanos }) {
    const byOrder = rows.filter(row => row.part === 'order');
    const byShare = rows
      .filter(row => row.part === 'share')
      .map(row => ({ ...row, touched: `${row.touchedPercent} % touched again` }));
    return [
      {
        kind: 'table',
        title: 'SNP: what an event finds, by order',
        columns: [
          { key: 'order', label: 'Order' },
          { key: 'lookups', label: 'Look-ups' },
          { key: 'extraFaults', label: 'Faults they save' },
          { key: 'ratio', label: 'Break-even ratio', digits: 2 },
          { key: 'breakEvenNanos', label: 'Pays where a look-up takes less than', unit: 'ns' },
          { key: 'lookupMicros', label: `Look-ups at ${lookupNanos} ns`, unit: 'µs', digits: 1 },
          { key: 'faultMicros', label: `Faults at ${faultNanos} ns`, unit: 'µs', digits: 1 },
        ],
        rows: byOrder,
      },
      {
        kind: 'plot',
        title: 'Break-even: faults saved for each look-up, one step of NUMA balancing',
        summary: 'Below the line a look-up, measured in faults, is cheap enough to pay; above it is not.',
        mark: 'line',
        x: { key: 'privatePercent', label: 'Private pages', unit: '%' },
        y: { key: 'ratio', label: 'Look-up divided by fault', digits: 2 },
        series: 'touched',
        rows: byShare,
      },
      {
        kind: 'table',
        title: 'TDX: private pages the guest finds empty after the event',
        columns: [
          { key: 'order', label: 'Order' },
          { key: 'lostUnfiltered', label: 'Events zap both kinds' },
          { key: 'lostFiltered', label: 'Events zap shared mappings only' },
        ],
        rows: byOrder,
      },
    ];
  },
  // Neither a look-up's time nor a fault's on SNP is published: what there is to say is their ratio.
  evidence: () => [],
});
