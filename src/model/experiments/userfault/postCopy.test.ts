import { describe, expect, it } from 'vitest';
import type { AnyExperiment } from '../experiment.ts';
import { type AnyValues, defaults } from '../params.ts';
import type { Row } from '../view.ts';
import { hugetlbExperiment } from './hugetlb.ts';
import { latencyExperiment } from './latency.ts';
import { migrationExperiment } from './migration.ts';

const run = (experiment: AnyExperiment, changed: AnyValues = {}) =>
  experiment.run({ ...defaults(experiment.params), ...changed });

function expectFinite(rows: readonly Row[]): void {
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) {
    for (const value of Object.values(row)) {
      if (typeof value !== 'number') continue;
      expect(Number.isFinite(value)).toBe(true);
      expect(value).toBeGreaterThanOrEqual(0);
    }
  }
}

describe('userfault/latency', () => {
  const rows = run(latencyExperiment);
  const total = (channel: string, design: string, list = rows) =>
    list.find(row => row.channel === channel && row.design === design && row.stage === 'total')!;

  it('meets the two latencies that it was fitted on within 5 %, and predicts two within 20 %', () => {
    for (const pageSize of ['4K', '2M']) {
      const values = { ...defaults(latencyExperiment.params), pageSize };
      const points = latencyExperiment.evidence(latencyExperiment.run(values), values);
      const figures = points.filter(point => point.unit === 'ms');
      expect(figures).toHaveLength(2);
      for (const { error, fitted } of figures) {
        expect(fitted).toBe(pageSize === '4K');
        expect(Math.abs(error)).toBeLessThan(fitted ? 0.05 : 0.2);
      }
    }
  });

  it('keeps both bounds: 4 KiB in less than 100 µs, 2 MiB behind a stream in more than 10 ms', () => {
    expect(total('nothing else sent', 'userfaultfd').median as number).toBeLessThan(100);
    const large = run(latencyExperiment, { pageSize: '2M' });
    expect(total('one channel', 'userfaultfd', large).median as number).toBeGreaterThan(10_000);
  });

  it('has stages that add up to the whole', () => {
    const stages = rows.filter(row => row.way === 'userfaultfd, own channel' && row.stage !== 'total');
    const sum = stages.reduce((all, row) => all + (row.mean as number), 0);
    expect(sum).toBeCloseTo(total('own channel', 'userfaultfd').mean as number, 1);
  });

  it('takes more than a second for 1 GiB at 10 Gbit/s beside a stream', () => {
    const huge = run(latencyExperiment, { pageSize: '1G' });
    expect(total('own channel', 'userfaultfd', huge).median as number).toBeGreaterThan(1e6);
  });
});

describe('userfault/hugetlb', () => {
  const rows = run(hugetlbExperiment);
  const [whole, split, stage2] = rows;

  it('fetches far less in small pieces, and is done far sooner', () => {
    expect(whole.gib as number).toBeGreaterThan(500 * (stage2.gib as number));
    expect(whole.seconds as number).toBeGreaterThan(100 * (stage2.seconds as number));
  });

  it('counts a table for each 2 MiB and each 1 GiB that the host splits, and none where only stage 2 is small', () => {
    expect(split.hostKib).toBe((64 * 512 + 64) * 4);
    expect([whole.hostKib, stage2.hostKib]).toEqual([0, 0]);
    expect(stage2.bitmapKib).toBe((64 * 2 ** 18) / 8 / 1024);
    expect(stage2.stage2Kib).toBe(split.stage2Kib);
    expect(split.collapsed as number).toBeGreaterThan(stage2.collapsed as number);
  });

  it('sends whole pages no faster than the wire', () => {
    expect(whole.seconds as number).toBeGreaterThanOrEqual((64 * 2 ** 30 * 8) / 10e9);
    expect(whole.seconds as number).toBeLessThan((1.3 * 64 * 2 ** 30 * 8) / 10e9);
  });
});

describe('userfault/migration', () => {
  const whole = (rows: readonly Row[], page: string, design = 'userfaultfd') =>
    rows.find(row => row.kind === 'whole' && row.page === page && row.design === design)!;
  const rows = run(migrationExperiment);

  it('takes as long as the memory takes on the wire, whatever the trap', () => {
    const wire = (16 * 2 ** 30 * 8) / 10e9;
    for (const row of rows.filter(r => r.kind === 'whole')) {
      expect(row.seconds as number).toBeGreaterThan(0.99 * wire);
      expect(row.seconds as number).toBeLessThan(1.05 * wire);
    }
  });

  it('leaves the guest faster with small pages, and with a channel of their own for them', () => {
    const speed = (list: readonly Row[], page: string) => whole(list, page).speed as number;
    expect(speed(rows, '4K')).toBeGreaterThan(speed(rows, '2M'));
    const one = run(migrationExperiment, { stream: 'same channel' });
    expect(speed(rows, '4K')).toBeGreaterThan(speed(one, '4K'));
  });

  it('leaves the guest at full speed in the end', () => {
    const curve = rows.filter(row => row.kind === 'curve' && row.way === 'exit from KVM_RUN, 4K');
    expect(curve[curve.length - 1].speed as number).toBeGreaterThan(90);
    expect(curve[0].speed as number).toBeLessThan(50);
  });

  it('has a blackout of the state and the latency', () => {
    expect(whole(run(migrationExperiment, { device: 0, latency: 100 }), '4K').blackout).toBeCloseTo(0.1, 3);
  });
});

describe('post-copy at the ends of its parameters', () => {
  const ends: AnyValues[] = [
    { vcpus: 1, bandwidth: 1_000_000, latency: 0 },
    { vcpus: 512, bandwidth: 1_000_000, latency: 100_000 },
    { vcpus: 512, bandwidth: 0.01 },
  ];

  it('ends with finite numbers', () => {
    for (const end of ends) {
      for (const pageSize of ['4K', '1G'])
        expectFinite(run(latencyExperiment, { ...end, pageSize, touch: 1 }));
      expectFinite(run(latencyExperiment, { ...end, touch: 100_000 }));
      for (const memory of [1, 4096]) {
        expectFinite(run(migrationExperiment, { ...end, memory }));
        expectFinite(run(hugetlbExperiment, { ...end, memory, touched: 1 }));
      }
      expectFinite(run(hugetlbExperiment, { ...end, memory: 1, touched: 1_000_000 }));
    }
    expectFinite(run(migrationExperiment, { workingSet: 1, touch: 1, vcpus: 512 }));
    expectFinite(run(migrationExperiment, { workingSet: 100, touch: 100_000, vcpus: 1 }));
  });

  it('refuses a network without bandwidth, and says what would do', () => {
    for (const experiment of [latencyExperiment, migrationExperiment, hugetlbExperiment]) {
      expect(() => run(experiment, { bandwidth: 0 })).toThrow(/take more, such as 0.001/);
    }
  });
});
