import { useCallback, useEffect, useRef, useState } from 'react';
import type { AnyValues, Params } from '../../model/experiments/params.ts';
import { combinations, type Point, valuesIn } from '../../model/experiments/sweep.ts';
import type { View } from '../../model/experiments/view.ts';
import type { SweepState } from '../../playground/link/state.ts';
import { Pool, poolSize } from './pool.ts';
import { type Progress, timeLeft } from './sweepProgress.ts';

/** Most points of a sweep in the page; larger ones are for `lab sweep`. */
const MOST_POINTS = 2_000;

/** How often the page is told how far a sweep is, in ms. */
const EVERY = 200;

/** A sweep that was started: its points as they come in. */
export interface Run {
  readonly swept: Readonly<Record<string, readonly (number | string | boolean)[]>>;
  readonly total: number;
  readonly points: readonly Point[];
  readonly failures: readonly string[];
  readonly views: readonly View[];
}

/** The values that a state's lists name, the parameter across first. */
function sweptOf(params: Params, { across, lists }: SweepState): Run['swept'] {
  const names = [across, ...Object.keys(lists).filter(name => name !== across)];
  return Object.fromEntries(
    names.map(name => {
      if (!Object.hasOwn(params, name)) throw new RangeError(`there is no parameter ${name}`);
      return [name, valuesIn(params[name].label, params[name], lists[name])];
    }),
  );
}

/** What a sweep needs to know. */
interface Swept {
  readonly id: string;
  readonly params: Params;
  /** What is not swept keeps the experiment's own setting. */
  readonly values: AnyValues;
  readonly state: SweepState;
}

/** Runs a sweep beside the page, with several workers, and keeps every point as long as the panel stands. */
export function useSweep({ id, params, values, state }: Swept) {
  const pool = useRef<Pool>(undefined);
  const [run, setRun] = useState<Run>();
  const [progress, setProgress] = useState<Progress>({ running: false, done: 0, total: 0 });
  const [wrong, setWrong] = useState('');
  /** Points by their values: what was run once is not run again. */
  const kept = useRef(new Map<string, Point['rows']>());

  useEffect(() => () => pool.current?.stop(), []);

  const start = useCallback(() => {
    setWrong('');
    let swept: Run['swept'];
    let all: AnyValues[];
    try {
      swept = sweptOf(params, state);
      all = combinations(params, swept, values);
      if (all.length > MOST_POINTS)
        throw new RangeError(
          `these are ${all.length} points, and a page does ${MOST_POINTS} at most; lab sweep does any number`,
        );
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
      return;
    }
    const points: Point[] = [];
    const failures: string[] = [];
    let views: readonly View[] = run?.views ?? [];
    const jobs: number[] = [];
    for (const [point, at] of all.entries()) {
      const rows = kept.current.get(JSON.stringify(at));
      if (rows) points.push({ point, values: at, rows });
      else jobs.push(point);
    }
    const before = points.length;
    const started = performance.now();
    let told = 0;
    const tell = (running: boolean, underWay = 0) => {
      const now = performance.now();
      if (running && now - told < EVERY) return;
      told = now;
      const ran = points.length - before + underWay;
      const left = timeLeft(ran, jobs.length, now - started);
      setProgress({ running, done: points.length, total: all.length, left });
      const sorted = [...points].sort((a, b) => a.point - b.point);
      setRun({ swept, total: all.length, points: sorted, failures: [...failures], views });
    };
    tell(jobs.length > 0);
    pool.current ??= new Pool();
    pool.current.run(
      id,
      jobs.map(point => all[point]),
      poolSize(jobs.length, navigator.hardwareConcurrency),
      {
        done(job, { rows, outcome }) {
          const point = jobs[job];
          if (views.length === 0) views = outcome.views;
          kept.current.set(JSON.stringify(all[point]), rows);
          points.push({ point, values: all[point], rows });
          tell(true);
        },
        failed(job, message) {
          failures.push(
            `${Object.keys(swept)
              .map(name => `${name} ${all[jobs[job]][name]}`)
              .join(', ')}: ${message}`,
          );
        },
        progress: underWay => tell(true, underWay),
        finished: () => tell(false),
      },
    );
  }, [id, params, values, state, run]);

  const stop = () => {
    pool.current?.stop();
    setProgress(now => ({ ...now, running: false }));
  };

  return { run, progress, wrong, setWrong, start, stop };
}
