import { describe, expect, it } from 'vitest';
import { pinAtRegistration } from '../../designs/pinning/atRegistration.ts';
import { pinInMemslot, pinInXarray } from '../../designs/pinning/beside.ts';
import { pinnedSptesBallooning, pinnedSptesRfc } from '../../designs/pinning/pinnedSptes.ts';
import { firmwareMove, pinnedByFile } from '../../designs/pinning/unpinned.ts';
import type { PinningDesign } from '../../kvm/pinning.ts';
import { type AnyValues, defaults } from '../params.ts';
import { footprintExperiment } from './footprint.ts';

const values = defaults(footprintExperiment.params);
const run = (changes: AnyValues = {}) => footprintExperiment.run({ ...values, ...changes });
const rows = run();
const of = (design: PinningDesign, list = rows) => list.find(r => r.design === design.title)!;
const nothing = (list = rows) => list.find(r => String(r.design).startsWith('Nothing'))!;

describe('pinning/footprint', () => {
  it('holds the whole guest where everything is pinned, and what was touched where pages are pinned on fault', () => {
    expect(of(pinAtRegistration).heldGib).toBe(192);
    expect(of(pinnedSptesRfc).heldGib as number).toBeCloseTo(19.2, 1);
    expect(of(pinnedSptesRfc).heldGib).toBe(nothing().heldGib);
  });

  it('gives back what the guest gives up where the pin heeds it', () => {
    const balloon = of(pinnedSptesBallooning);
    expect(balloon.heldGib).toBe(of(pinnedSptesRfc).heldGib);
    expect(balloon.afterBalloonGib).toBe(nothing().afterBalloonGib);
  });

  it('gives nothing back to a host while pins last, whatever the guest gives up', () => {
    for (const design of [pinAtRegistration, pinnedSptesRfc, pinInXarray(), pinInMemslot]) {
      expect(of(design).afterBalloonGib).toBe(of(design).heldGib);
    }
    expect(nothing().afterBalloonGib as number).toBeLessThan(nothing().heldGib as number);
  });

  it('gives memory back where nothing is pinned: with firmware that moves pages, and in a file', () => {
    for (const design of [firmwareMove, pinnedByFile]) {
      expect(of(design)).toMatchObject({
        heldGib: nothing().heldGib,
        afterBalloonGib: nothing().afterBalloonGib,
        afterProcessGib: 0,
        metadataMib: 0,
      });
    }
  });

  it('lets SPTEs’ pins go with the process, and the others’ with the last descriptor of the VM', () => {
    expect(of(pinnedSptesRfc)).toMatchObject({ afterProcessGib: 0, afterVmGib: 0 });
    for (const design of [pinAtRegistration, pinInXarray(), pinInMemslot]) {
      expect([design.name, of(design).afterProcessGib]).toEqual([design.name, of(design).heldGib]);
      expect([design.name, of(design).afterVmGib]).toEqual([design.name, 0]);
    }
    expect(nothing().afterProcessGib).toBe(0);
  });

  it('remembers for free in SPTEs, for every page in a slot, and for touched ones in an XArray', () => {
    expect(of(pinnedSptesRfc).metadataMib).toBe(0);
    // Eight bytes for each of 192 GiB / 4 KiB pages.
    expect(of(pinInMemslot).metadataMib).toBe(384);
    expect(of(pinInXarray()).metadataMib as number).toBeLessThan(70);
    const scattered = run({ cluster: 1 });
    expect(of(pinInXarray(), scattered).metadataMib as number).toBeGreaterThan(384);
  });

  it('saves the published 7 % of faults at its default, more with more slot updates, nothing without', () => {
    const [point] = footprintExperiment.evidence(rows, values);
    expect(point).toMatchObject({ published: 7, fitted: true });
    expect(Math.abs(point.error)).toBeLessThan(0.05);
    const zaps = rows.filter(r => r.part === 'zap');
    expect(zaps[0]).toMatchObject({ updates: 0, savedPercent: 0 });
    expect(zaps.map(r => r.faultsPrecise)).toEqual(zaps.map(() => zaps[0].faultsAll));
    for (let i = 1; i < zaps.length; i++) {
      expect(zaps[i].savedPercent as number).toBeGreaterThan(zaps[i - 1].savedPercent as number);
    }
  });

  it('ends with numbers at the ends of its parameters', () => {
    for (const end of ['min', 'max'] as const) {
      const ends: Record<string, number> = {};
      for (const [name, param] of Object.entries(footprintExperiment.params)) {
        if (param.kind === 'number' || param.kind === 'int') ends[name] = param[end];
      }
      for (const row of run(ends)) {
        for (const value of Object.values(row)) {
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
        }
      }
    }
  });
});
