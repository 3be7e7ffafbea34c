import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import type { AnyValues } from '../../model/experiments/params.ts';
import type { Outcome } from '../../views/index.ts';
import { Runner } from './runner.ts';

/** How long the page waits for a control to come to rest, in ms. */
const REST = 120;

export type Status =
  | { readonly kind: 'default' }
  /** A link brought values that nobody has run. */
  | { readonly kind: 'brought' }
  | { readonly kind: 'running'; readonly fraction: number }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'drawn' }
  | { readonly kind: 'failed'; readonly message: string };

interface Run {
  readonly status: Status;
  /** Makes ready what a first run needs. */
  warm(): void;
  start(values: AnyValues): void;
  stop(): void;
  /** Says that what is shown is not what is set. */
  brought(): void;
}

/** Where the parts of an outcome stand; `rest` may be left out of a page. */
export interface Frames {
  readonly first: RefObject<HTMLDivElement | null>;
  readonly rest: RefObject<HTMLDivElement | null>;
}

const loadViews = () => import('../../views/index.ts');

/** Puts a new drawing in the place of one; what a reader has opened in it stays open. */
function replaceKeepingOpen(frame: HTMLElement, drawing: readonly HTMLElement[]): void {
  const before = [...frame.querySelectorAll('details')].map(({ open }) => open);
  frame.replaceChildren(...drawing);
  for (const [index, fold] of frame.querySelectorAll('details').entries())
    fold.open ||= before[index] === true;
}

/** Runs an experiment in a worker and draws what comes out in place of what stands there. */
export function useOutcome(id: string, frames: Frames): Run {
  const [status, setStatus] = useState<Status>({ kind: 'default' });
  const runner = useRef<Runner>(undefined);
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
  const drawn = useRef(0);

  const draw = useCallback(
    async (outcome: Outcome) => {
      drawn.current += 1;
      const turn = drawn.current;
      try {
        const { drawOutcome, enliven } = await loadViews();
        const drawing = await drawOutcome(document, outcome, `${id.replace('/', '-')}-run${turn}`);
        if (turn !== drawn.current) return;
        for (const part of ['first', 'rest'] as const) {
          const frame = frames[part].current;
          if (frame === null) continue;
          replaceKeepingOpen(frame, drawing[part]);
          enliven(frame);
        }
        setStatus({ kind: 'drawn' });
      } catch (error) {
        setStatus({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
      }
    },
    [id, frames],
  );

  const runnerOf = useCallback(() => {
    runner.current ??= new Runner({
      progress: fraction => setStatus({ kind: 'running', fraction }),
      done: draw,
      failed: message => setStatus({ kind: 'failed', message }),
    });
    return runner.current;
  }, [draw]);

  useEffect(
    () => () => {
      clearTimeout(rest.current);
      runner.current?.stop();
      runner.current = undefined;
    },
    [],
  );

  const warm = useCallback(() => {
    runnerOf().warm();
    loadViews().catch(() => undefined);
  }, [runnerOf]);

  const start = useCallback(
    (values: AnyValues) => {
      clearTimeout(rest.current);
      drawn.current += 1;
      setStatus({ kind: 'running', fraction: 0 });
      rest.current = setTimeout(() => runnerOf().start(id, values), REST);
    },
    [id, runnerOf],
  );

  const stop = useCallback(() => {
    clearTimeout(rest.current);
    runner.current?.stop();
    setStatus({ kind: 'stopped' });
  }, []);

  const brought = useCallback(() => {
    clearTimeout(rest.current);
    runner.current?.stop();
    drawn.current += 1;
    setStatus({ kind: 'brought' });
  }, []);

  return { status, warm, start, stop, brought };
}
