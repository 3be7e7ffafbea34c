import { describe, expect, it } from 'vitest';
import { defaults } from '../params.ts';
import type { TableView } from '../view.ts';
import { calibrationExperiment } from './calibration.ts';
import { CALIBRATED_TABLES } from './tables.ts';

const values = defaults(calibrationExperiment.params);
const rows = calibrationExperiment.run(values);
const summaries = (calibrationExperiment.views(rows, values)[0] as TableView).rows;
const of = (name: string) => summaries.find(row => (row.table as string).includes(name))!;

describe('model/calibration', () => {
  it('meets the boots within 5 %, one of them predicted from two constants', () => {
    const boots = rows.filter(row => (row.table as string).includes('Roth'));
    expect(boots).toHaveLength(3);
    for (const boot of boots) expect(Math.abs(boot.percent as number)).toBeLessThan(5);
    expect(of('Roth')).toMatchObject({ free: 2, fitted: 2, predicted: 1 });
  });

  it('predicts seven of Dadhania’s starts within 5 %, and eight of van Tassell’s but one to the half second', () => {
    expect(of('Dadhania')).toMatchObject({ free: 3, fitted: 3, predicted: 7 });
    expect(of('Dadhania').largest as number).toBeLessThan(5);
    expect(of('van Tassell')).toMatchObject({ free: 2, fitted: 2, predicted: 8 });
    const off = rows
      .filter(r => r.table === of('van Tassell').table)
      .filter(row => Math.abs((row.model as number) - (row.published as number)) > 0.5);
    expect(off.map(row => row.name)).toEqual(['60 GiB, pinned on fault']);
    expect(of('Zhao')).toMatchObject({ free: 2, fitted: 2, predicted: 0 });
  });

  it('predicts Moorthy’s rates from four constants better than the scalability law does from six', () => {
    const model = of('256 CPUs');
    expect(model).toMatchObject({ free: 4, fitted: 6, predicted: 12 });
    expect(model.median as number).toBeLessThan(36);
    expect(of('scalability law')).toMatchObject({ free: 6, fitted: 6, predicted: 12 });
    expect(of('scalability law').median as number).toBeGreaterThan(model.median as number);
  });

  it('predicts Houghton’s rates from those and two more, the median within 35 % and all within a factor of 2', () => {
    const model = of('96 CPUs');
    expect(model).toMatchObject({ free: 2, fitted: 2, predicted: 34 });
    expect(model.median as number).toBeLessThan(35);
    for (const row of rows.filter(r => r.table === model.table)) {
      expect(row.percent as number).toBeGreaterThan(-50);
      expect(row.percent as number).toBeLessThan(100);
    }
  });

  it('predicts two latencies of QEMU within 20 %, from a constant for each channel, and misses both of 16 writers', () => {
    expect(of('QEMU')).toMatchObject({ free: 2, fitted: 2, predicted: 4 });
    const percent = Object.fromEntries(
      rows.filter(row => row.table === of('QEMU').table).map(row => [row.name, row.percent as number]),
    );
    for (const name of ['2 MiB, one channel', '2 MiB, own channel'])
      expect(Math.abs(percent[name]), name).toBeLessThan(20);
    // Nearly five times as long in one channel, and half as long in two.
    expect(percent['4 KiB, one channel, 16 writers']).toBeGreaterThan(350);
    expect(percent['4 KiB, one channel, 16 writers']).toBeLessThan(400);
    expect(percent['4 KiB, own channel, 16 writers']).toBeGreaterThan(-55);
    expect(percent['4 KiB, own channel, 16 writers']).toBeLessThan(-40);
  });

  it('misses where the page says that it does', () => {
    const percent = (name: string) =>
      rows.find(row => row.name === name && row.table === of('256 CPUs').table)!.percent as number;
    for (const n of [4, 8, 16]) expect(percent(`userfaultfd, ${n} vCPUs`)).toBeGreaterThan(0);
    for (const n of [64, 128, 256]) expect(percent(`userfaultfd, ${n} vCPUs`)).toBeLessThan(0);
    expect(percent('exit on missing, 256 vCPUs')).toBeGreaterThan(-60);
    expect(percent('exit on missing, 256 vCPUs')).toBeLessThan(-40);
  });

  it('takes 8 of 96 CPUs to be faster than they are, without a trap and with exits, and meets many userfaultfds within a half', () => {
    const table = rows.filter(row => row.table === of('96 CPUs').table);
    const percent = (name: string) => table.find(row => row.name === name)!.percent as number;
    for (const memory of ['anonymous', 'shmem'])
      for (const trap of ['no trap', 'KVM userfault'])
        expect(percent(`${memory}, ${trap}, 8 vCPUs`)).toBeGreaterThan(0);
    const each = table.filter(row => String(row.name).includes('a userfaultfd each'));
    expect(each).toHaveLength(6);
    for (const row of each) {
      expect(row.how).toBe('predicted');
      expect(Math.abs(row.percent as number)).toBeLessThan(50);
    }
  });

  it('says of every free constant what it was fitted on', () => {
    for (const { free, title } of CALIBRATED_TABLES) {
      for (const cost of Object.values(free)) expect([title, cost.origin.kind]).toEqual([title, 'fitted']);
    }
  });

  it('shows predicted or fitted points alone when asked to', () => {
    const predicted = calibrationExperiment.run({ points: 'predicted' });
    const fitted = calibrationExperiment.run({ points: 'fitted' });
    expect(predicted.length + fitted.length).toBe(rows.length);
    expect(new Set(predicted.map(row => row.how))).toEqual(new Set(['predicted']));
  });
});
