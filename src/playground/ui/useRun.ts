import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import type { Shown } from '../../model/index.ts';
import { loadOutput, loadPlots, loadRun } from '../load.ts';
import type { Runner } from '../run.ts';
import { NOTHING_SHOWN, type Report, reportOf } from './wording.ts';

/** One playground's runs. */
export interface Runs {
  readonly running: boolean;
  /** From 0 to 1, once the program has said how far it is. */
  readonly progress: number | undefined;
  /** How the last run ended; undefined before the first and while one runs. */
  readonly report: Report | undefined;
  /** What the last run showed; undefined before the first ends and while one runs. */
  readonly shown: readonly Shown[] | undefined;
  /** Runs a program, unless one is running. */
  start(source: string): void;
  stop(): void;
  /** Fetches what a run needs: the reader comes near. */
  warm(): void;
  /** Makes ready for a run of a program: the reader is about to press. */
  ready(source: string): void;
  /** Forgets how the last run ended. */
  forget(): void;
}

/**
 * @param place where the output goes; what stands there stays until a run shows something or ends.
 * @param uid tells the figures' ids from all others on the page.
 */
export function useRun(
  place: RefObject<HTMLElement | null>,
  uid: string,
  runner: () => Promise<Runner>,
  milliseconds: number | undefined,
): Runs {
  const [running, setRunning] = useState(false);
  const [progress, setProgress] = useState<number>();
  const [report, setReport] = useState<Report>();
  const [shown, setShown] = useState<readonly Shown[]>();
  const controller = useRef<AbortController>(undefined);

  useEffect(() => () => controller.current?.abort(), []);

  const start = useCallback(
    (source: string) => {
      if (controller.current || !place.current) return;
      const mine = new AbortController();
      controller.current = mine;
      setRunning(true);
      setProgress(undefined);
      setReport(undefined);
      setShown(undefined);
      const run = { source, runner, milliseconds, signal: mine.signal };
      perform(place.current, uid, run, setProgress).then(([ended, items]) => {
        controller.current = undefined;
        setRunning(false);
        setProgress(undefined);
        setReport(ended);
        setShown(items);
      });
    },
    [place, uid, runner, milliseconds],
  );

  return {
    running,
    progress,
    report,
    shown,
    start,
    stop: useCallback(() => controller.current?.abort(), []),
    warm: useCallback(() => {
      // What draws is needed as soon as something is shown.
      Promise.all([loadRun(), loadOutput()])
        .then(([{ warm }]) => warm(runner))
        .catch(() => undefined);
    }, [runner]),
    ready: useCallback(
      (source: string) => {
        if (controller.current) return;
        Promise.all([loadRun(), loadOutput()])
          .then(([loaded]) => {
            if (controller.current) return;
            loaded.ready(source, runner);
            if (source.includes('show.plot')) loadPlots().catch(() => undefined);
          })
          .catch(() => undefined);
      },
      [runner],
    ),
    forget: useCallback(() => setReport(undefined), []),
  };
}

interface Run {
  readonly source: string;
  readonly runner: () => Promise<Runner>;
  readonly milliseconds: number | undefined;
  readonly signal: AbortSignal;
}

async function perform(
  place: HTMLElement,
  uid: string,
  request: Run,
  onProgress: (fraction: number) => void,
): Promise<[Report, readonly Shown[]]> {
  const begun = performance.now();
  const loaded = await Promise.all([loadRun(), loadOutput()]).catch(() => undefined);
  if (!loaded) {
    const message = 'a part of this site could not be loaded. Are you offline?';
    return [reportOf({ kind: 'broken', message }, '', 0, false), []];
  }
  const [{ run }, { Output, inWords }] = loaded;
  const items: Shown[] = [];
  let output: InstanceType<typeof Output> | undefined;
  let cut = false;
  const outcome = await run({
    ...request,
    onShown: item => {
      output ??= new Output(document, place, uid);
      items.push(item);
      output.add(item);
    },
    onProgress,
    onCut: () => {
      cut = true;
    },
  });
  output ??= new Output(document, place, uid);
  const milliseconds = performance.now() - begun;
  await output.drawn();
  return [reportOf(outcome, items.length > 0 ? inWords(items) : NOTHING_SHOWN, milliseconds, cut), items];
}
