import { describe, expect, it } from 'vitest';
import { PAGING_COSTS, SECOND_MACHINE } from '../../costs/paging.ts';
import { log } from '../../engine/math.ts';
import { MOORTHY_TABLE } from '../../evidence/paging.ts';
import type { Evidence } from '../../evidence/published.ts';
import { demandPaging } from '../../workloads/demandPaging/demandPaging.ts';
import type { PagingCosts } from '../../workloads/demandPaging/paging.ts';
import { type AnyValues, defaults } from '../params.ts';
import { firstTable, isFitted, scalabilityTable, secondTable } from './pagingFit.ts';
import { faultsFor, pagingCosts } from './pagingMachine.ts';
import { limitedFrom, pagingRateExperiment } from './pagingRate.ts';

const values = defaults(pagingRateExperiment.params);
const predicted = (table: readonly Evidence[]) =>
  table
    .filter(point => !point.fitted)
    .map(point => Math.abs(point.error))
    .sort((a, b) => a - b);
const median = (sorted: readonly number[]) =>
  (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;

describe('userfault/paging-rate against what was published', () => {
  it('predicts twelve rates of the first table better than the scalability law on the same points', () => {
    const model = predicted(firstTable());
    const law = predicted(scalabilityTable());
    expect(model).toHaveLength(12);
    expect(law).toHaveLength(12);
    expect(median(model)).toBeLessThan(0.36);
    expect(median(law)).toBeGreaterThan(median(model));
  });

  it('predicts the second table with a median error of at most 35 %, and none beyond a factor of 2', () => {
    const table = secondTable();
    expect(table).toHaveLength(36);
    expect(predicted(table)).toHaveLength(34);
    expect(median(predicted(table))).toBeLessThan(0.35);
    for (const { model, published } of table) {
      expect(model / published).toBeLessThan(2);
      expect(model / published).toBeGreaterThan(0.5);
    }
  });

  it('halves the rate of 64 vCPUs when each has a reader', () => {
    const table = secondTable();
    const model = (name: string) => table.find(point => point.name === name)!.model;
    for (const kind of ['shmem, MINOR', 'anonymous, MISSING']) {
      const ratio = model(`${kind}, 64 vCPUs`) / model(`${kind}, 1 reader, 64 vCPUs`);
      expect(ratio).toBeGreaterThan(0.4);
      expect(ratio).toBeLessThan(0.7);
      expect(model(`${kind}, 8 vCPUs`)).toBeGreaterThan(model(`${kind}, 1 reader, 8 vCPUs`));
    }
  });

  it('has at most six fitted constants for the first machine and two for the second', () => {
    const fitted = (costs: object) => Object.values(costs).filter(cost => cost.origin.kind === 'fitted');
    expect(fitted(PAGING_COSTS)).toHaveLength(4);
    expect(fitted(SECOND_MACHINE)).toHaveLength(2);
  });
});

describe('the fit of the first machine', () => {
  const costs = pagingCosts({ machine: 'moorthy', memory: 'shmem', pageBytes: 4096 });
  const loss = (changed: Partial<PagingCosts>) =>
    MOORTHY_TABLE.filter(isFitted).reduce((sum, run) => {
      const faults = faultsFor(run.vcpus);
      const { nsPerPage } = demandPaging({ ...run, faults }, { ...costs, ...changed });
      return sum + log(1e6 / nsPerPage / run.value) ** 2;
    }, 0);

  it('gets worse when any of its constants is a fifth larger or smaller', () => {
    const here = loss({});
    for (const name of ['exit', 'reader', 'wake', 'line'] as const) {
      for (const factor of [0.8, 1.2]) expect(loss({ [name]: costs[name] * factor })).toBeGreaterThan(here);
    }
  });

  it('meets both rates that the second machine was fitted on', () => {
    const fitted = secondTable().filter(point => point.fitted);
    expect(fitted).toHaveLength(2);
    for (const { error } of fitted) expect(Math.abs(error)).toBeLessThan(0.01);
  });
});

describe('userfault/paging-rate', () => {
  const rows = pagingRateExperiment.run(values);
  const rate = (design: string, vcpus: number, list = rows) =>
    list.find(row => row.design === design && row.vcpus === vcpus)!.rate as number;

  it('peaks early with one userfaultfd and goes on growing with exits', () => {
    expect(rate('userfaultfd', 4)).toBeGreaterThan(rate('userfaultfd', 1));
    expect(rate('userfaultfd', 64)).toBeLessThan(rate('userfaultfd', 4) / 3);
    expect(rate('KVM userfault', 64)).toBeGreaterThan(4 * rate('KVM userfault', 1));
  });

  it('shows published rates where the parameters repeat the published run, and nowhere else', () => {
    expect(pagingRateExperiment.evidence(rows, values)).toHaveLength(14);
    const other = { ...values, uffds: 8 };
    expect(pagingRateExperiment.evidence(pagingRateExperiment.run(other), other)).toHaveLength(0);
  });

  it('predicts what Houghton measured with a userfaultfd for each vCPU within a half', () => {
    const each = { ...values, machine: 'houghton', uffds: 64 };
    const points = pagingRateExperiment.evidence(pagingRateExperiment.run(each), each);
    expect(points.map(point => point.published)).toEqual([102661, 56978, 11300, 167080, 123461, 48382]);
    for (const { error, fitted, name } of points) {
      expect(fitted).toBe(false);
      expect(Math.abs(error), name).toBeLessThan(0.5);
    }
    const one = { ...each, uffds: 1 };
    const single = pagingRateExperiment.evidence(pagingRateExperiment.run(one), one);
    const of = (list: readonly Evidence[], name: string) => list.find(point => point.name === name)!;
    const [many, few] = [
      of(points, 'shmem, MINOR, a userfaultfd each, 64 vCPUs'),
      of(single, 'shmem, MINOR, 64 vCPUs'),
    ];
    // Seven times as many pages, in the model as in the measurement.
    expect(many.published / few.published).toBeCloseTo(6.75, 1);
    expect(many.model / few.model).toBeGreaterThan(5);
  });

  it('is faster with many userfaultfds than with one', () => {
    expect(rate('userfaultfd', 64, pagingRateExperiment.run({ ...values, uffds: 64 }))).toBeGreaterThan(
      5 * rate('userfaultfd', 64),
    );
  });

  it('stops growing early where each page takes an ioctl under slots_lock', () => {
    const byIoctl = 'exit, attribute set by ioctl';
    expect(rate(byIoctl, 64) / rate(byIoctl, 4)).toBeLessThan(1.05);
    expect(rate('KVM userfault', 64)).toBeGreaterThan(5 * rate(byIoctl, 64));
    const quick = pagingRateExperiment.run({ ...values, attributeNanos: 200 });
    expect(rate('KVM userfault', 64, quick)).toBeGreaterThan(1.5 * rate(byIoctl, 64, quick));
  });

  it('has the network as its limit up to so many vCPUs, which the page says', () => {
    const network = { ...values, memory: 'anonymous', latency: 30 };
    const list = pagingRateExperiment.run(network);
    expect(limitedFrom(list, 'userfaultfd')).toBe(16);
    expect(limitedFrom(list, 'userfaultfd, one reader')).toBe(2);
    expect(limitedFrom(list, 'exit, attribute set by ioctl')).toBe(32);
    expect(limitedFrom(list, 'KVM userfault')).toBeUndefined();
    // A wire of 10 Gbit/s carries 305 thousand pages a second, whoever asks.
    const slow = pagingRateExperiment.run({ ...network, bandwidth: 10 });
    expect(rate('KVM userfault', 64, slow)).toBeCloseTo(10e9 / 8 / 4096 / 1000, -1);
    expect(limitedFrom(slow, 'KVM userfault')).toBeUndefined();
    expect(limitedFrom(slow, 'userfaultfd')).toBe(16);
    expect(pagingRateExperiment.evidence(list, network)).toEqual([]);
  });

  it('ends with finite numbers at every extreme', () => {
    for (const vcpus of [1, 512]) {
      const extremes: AnyValues[] = [
        {},
        { memory: 'anonymous', pageSize: '1G' },
        { uffds: 512 },
        { readers: 512, machine: 'houghton' },
        { latency: 100_000, bandwidth: 0.001, pageSize: '1G', attributeNanos: 20_000 },
      ];
      for (const extreme of extremes) {
        for (const row of pagingRateExperiment.run({ ...values, vcpus, ...extreme })) {
          for (const value of Object.values(row)) {
            if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
          }
          expect(row.rate).toBeGreaterThanOrEqual(0);
        }
      }
    }
  });

  it('refuses more readers than it can run, and says how many it can', () => {
    expect(() => pagingRateExperiment.run({ ...values, vcpus: 512, uffds: 512, readers: 512 })).toThrow(
      /at most 1024/,
    );
  });
});
