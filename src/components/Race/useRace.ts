import { useLocation } from '@docusaurus/router';
import { useCallback, useEffect, useRef, useState } from 'react';
import { MODEL_VERSION } from '../../model/version.ts';
import { claim, incoming } from '../../playground/link/incoming.ts';
import type { RaceState } from '../../playground/link/state.ts';
import { useShare } from '../../playground/ui/useShare.ts';
import { putInAddress } from '../Experiment/useLink.ts';
import type { Explored, RaceDefinition } from './definition.ts';
import type { FollowedRace, PlayedRace } from './messages.ts';
import { RaceRunner } from './runner.ts';

/** How a search or a replay goes. */
export type Status =
  | { readonly kind: 'built' }
  | { readonly kind: 'running'; readonly schedules: number; readonly transitions: number }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'explored'; readonly milliseconds: number }
  | { readonly kind: 'failed'; readonly message: string };

/** A schedule that is shown, and where in it. */
interface Shown {
  readonly playback: PlayedRace;
  readonly schedule: string;
  readonly cursor: number;
  /** Another protocol that takes the same steps. */
  readonly beside?: { readonly name: string; readonly followed: FollowedRace };
}

/** What is played besides a protocol and a schedule. */
interface Playing {
  /** Name of another protocol that takes the same steps. */
  readonly beside?: string;
  /** Version of the model of the link that brought it. */
  readonly madeWith?: string;
}

/** What is wrong with a schedule, and what to do where a link of some version of the model brought it. */
function misfit(message: string, madeWith?: string): string {
  if (madeWith === undefined) return `That failed: ${message}.`;
  const versions =
    madeWith === MODEL_VERSION ? '' : ` It was made with model ${madeWith}, this is ${MODEL_VERSION}.`;
  return `The link’s schedule cannot be played: ${message}.${versions} Explore finds the schedules there are.`;
}

/** One race on the page: the chosen design, what was found of it, and the schedule that is stepped through. */
export function useRace({ id, designs }: RaceDefinition) {
  const [name, setName] = useState(designs[0].name);
  const [status, setStatus] = useState<Status>({ kind: 'built' });
  const [result, setResult] = useState<Explored>();
  const [shown, setShown] = useState<Shown>();
  const [note, setNote] = useState<string>();
  const runner = useRef<RaceRunner>(undefined);
  const { hash } = useLocation();
  const { shared, share, forget } = useShare(MODEL_VERSION, putInAddress);

  const runnerOf = useCallback(() => {
    runner.current ??= new RaceRunner();
    return runner.current;
  }, []);

  useEffect(() => () => runner.current?.stop(), []);

  const play = useCallback(
    (design: string, schedule: string, cursor: number, { beside, madeWith }: Playing = {}) => {
      runnerOf().ask({ kind: 'play', race: id, design, schedule, beside }, reply => {
        if (reply.kind === 'failed' && madeWith !== undefined) setNote(undefined);
        if (reply.kind === 'failed') setStatus({ ...reply, message: misfit(reply.message, madeWith) });
        if (reply.kind !== 'played') return;
        const { playback, followed } = reply;
        setShown({
          playback,
          schedule,
          cursor: Math.min(cursor, playback.steps.length),
          ...(beside !== undefined && followed ? { beside: { name: beside, followed } } : {}),
        });
      });
    },
    [id, runnerOf],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: a link is followed once, whatever has been chosen since
  useEffect(() => {
    let current = true;
    incoming(hash).then(
      decoded => {
        if (!current || !decoded?.ok || decoded.state.kind !== 'race' || decoded.state.id !== id) return;
        claim(hash);
        const { design, schedule, cursor, beside } = decoded.state;
        const has = (name: string) => designs.some(one => one.name === name);
        if (!has(design)) {
          setNote(
            `The link is for a protocol “${design}”, which this race does not have: the first of its protocols is shown.`,
          );
          return;
        }
        setName(design);
        setResult(undefined);
        setStatus({ kind: 'built' });
        const known = beside === undefined || has(beside);
        setNote(
          known
            ? 'This state came with a link.'
            : `This state came with a link; the protocol “${beside}”, which it sets beside, is none of this race.`,
        );
        play(design, schedule, cursor, { madeWith: decoded.model, beside: known ? beside : undefined });
        document.getElementById(`race-${id.replace('/', '-')}`)?.scrollIntoView();
      },
      // What is wrong with a link that cannot be read is said once for the page, elsewhere.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [hash, id]);

  const clear = () => {
    forget();
    setNote(undefined);
    setShown(undefined);
  };
  const state: RaceState = {
    kind: 'race',
    id,
    design: name,
    schedule: shown?.schedule ?? '',
    cursor: shown?.cursor ?? 0,
    ...(shown?.beside ? { beside: shown.beside.name } : {}),
  };
  return {
    /** What a link to this moment holds. */
    state,
    design: designs.find(one => one.name === name) ?? designs[0],
    status,
    result,
    shown,
    note: shared?.text ?? note,
    link: shared?.link,
    choose(next: string) {
      runner.current?.stop();
      clear();
      setName(next);
      setResult(undefined);
      setStatus({ kind: 'built' });
    },
    explore() {
      clear();
      setStatus({ kind: 'running', schedules: 0, transitions: 0 });
      runnerOf().ask({ kind: 'explore', race: id, design: name }, reply => {
        if (reply.kind === 'progress') setStatus({ ...reply, kind: 'running' });
        else if (reply.kind === 'failed') setStatus({ ...reply, message: misfit(reply.message) });
        else if (reply.kind === 'explored') {
          setResult(reply.result);
          setStatus({ kind: 'explored', milliseconds: reply.milliseconds });
        }
      });
    },
    stop() {
      runner.current?.stop();
      setStatus({ kind: 'stopped' });
    },
    step(schedule: string) {
      forget();
      setNote(undefined);
      // Playing ends a search that is under way.
      if (status.kind === 'running') setStatus({ kind: 'stopped' });
      play(name, schedule, 0, { beside: shown?.beside?.name });
    },
    fork(schedule: string) {
      forget();
      if (status.kind === 'running') setStatus({ kind: 'stopped' });
      play(name, schedule, Number.MAX_SAFE_INTEGER, { beside: shown?.beside?.name });
    },
    /** Has another protocol take the same steps, or none where no name is given. */
    beside(other: string | undefined) {
      forget();
      if (status.kind === 'running') setStatus({ kind: 'stopped' });
      if (shown) play(name, shown.schedule, shown.cursor, { beside: other });
    },
    move(cursor: number) {
      if (shown) setShown({ ...shown, cursor });
    },
    share() {
      if (shown) share(state);
    },
  };
}
