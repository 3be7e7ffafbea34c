import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import Trace from '../Trace/index.tsx';
import Beside from './Beside.tsx';
import type { DesignDefinition } from './definition.ts';
import { lanesOfPlayback } from './lanes.ts';
import Machine from './Machine.tsx';
import type { FollowedRace, PlayedRace } from './messages.ts';
import StateTables from './StateTables.tsx';

interface Props {
  /** The race's id. */
  readonly race: string;
  readonly playback: PlayedRace;
  /** Number of steps taken. */
  readonly cursor: number;
  /** The protocol that is played, and all that there are. */
  readonly design: DesignDefinition;
  readonly designs: readonly DesignDefinition[];
  /** Another protocol, and how it takes the same steps. */
  readonly beside?: { readonly name: string; readonly followed: FollowedRace };
  readonly onBeside: (name: string | undefined) => void;
  readonly onMove: (cursor: number) => void;
  /** Another actor goes at the cursor: the schedule up to there and his step. */
  readonly onFork: (schedule: string) => void;
  readonly onShare: () => void;
}

/** Everybody who takes a step, in the order of first steps. */
function actorsOf({ steps }: PlayedRace): string[] {
  return [...new Set(steps.map(step => step.actorName))];
}

/** A schedule, step by step: a lane an actor, the state beside it, and what else could have happened. */
export default function Stepper(props: Props): ReactNode {
  const { race, playback, cursor, design, designs, beside, onBeside, onMove, onFork, onShare } = props;
  const { start, steps, error } = playback;
  const actors = actorsOf(playback);
  const [chosen, setChosen] = useState('');
  const current = useRef<HTMLTableRowElement>(null);
  const titleId = useId();
  const selectId = useId();
  const besideId = useId();
  const actor = actors.includes(chosen) ? chosen : (actors[0] ?? '');
  const now = cursor === 0 ? start : steps[cursor - 1];
  const before = cursor <= 1 ? start : steps[cursor - 2];
  const next = steps.findIndex((step, i) => i >= cursor && step.actorName === actor);
  const previous = steps.findLastIndex((step, i) => i < cursor - 1 && step.actorName === actor);
  const taken = steps.slice(0, cursor).map(step => step.text);
  const others = now.enabled.filter(({ name }) => name !== steps[cursor]?.actorName);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the row in view follows the cursor
  useEffect(() => {
    current.current?.scrollIntoView({ block: 'nearest' });
  }, [cursor]);

  const move = (to: number) => onMove(Math.min(Math.max(to, 0), steps.length));
  const keys = (event: KeyboardEvent) => {
    const to = { ArrowRight: cursor + 1, ArrowLeft: cursor - 1, Home: 0, End: steps.length }[event.key];
    if (to === undefined || event.target instanceof HTMLSelectElement) return;
    event.preventDefault();
    move(to);
  };
  return (
    <section className="fl-race-stepper" aria-labelledby={titleId} onKeyDown={keys}>
      <p id={titleId} className="fl-race-where" role="status">
        {steps.length === 0 && 'No step has been taken yet'}
        {steps.length > 0 &&
          (cursor === 0 ? `Before the first of ${steps.length} steps` : `Step ${cursor} of ${steps.length}`)}
        {cursor > 0 && `: ${steps[cursor - 1].actorName} ${steps[cursor - 1].what}`}
        {now.broken.map(({ name, what }) => (
          <span key={name} className="fl-race-broken">
            {' '}
            Broken: {name} ({what}).
          </span>
        ))}
        {error !== null && cursor === steps.length && (
          <span className="fl-race-broken"> Thrown: {error}.</span>
        )}
      </p>
      {/* Never `disabled`: a button that loses the focus would take the arrow keys with it. */}
      <div className="fl-actions">
        <button type="button" aria-disabled={cursor === 0} onClick={() => move(0)}>
          Start
        </button>
        <button type="button" aria-disabled={cursor === 0} onClick={() => move(cursor - 1)}>
          Back
        </button>
        <button type="button" aria-disabled={cursor === steps.length} onClick={() => move(cursor + 1)}>
          Forward
        </button>
        <button type="button" aria-disabled={cursor === steps.length} onClick={() => move(steps.length)}>
          End
        </button>
        <label htmlFor={selectId}>Actor</label>
        <select id={selectId} value={actor} onChange={event => setChosen(event.target.value)}>
          {actors.map(name => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <button
          type="button"
          aria-disabled={previous < 0}
          onClick={() => previous >= 0 && move(previous + 1)}
        >
          His step before
        </button>
        <button type="button" aria-disabled={next < 0} onClick={() => next >= 0 && move(next + 1)}>
          His next step
        </button>
        <button type="button" onClick={onShare}>
          Link to this state
        </button>
        <label htmlFor={besideId}>Beside it</label>
        <select
          id={besideId}
          value={beside?.name ?? ''}
          onChange={event => onBeside(event.target.value || undefined)}
        >
          <option value="">no other protocol</option>
          {designs
            .filter(({ name }) => name !== design.name)
            .map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
        </select>
      </div>
      <div className="fl-actions">
        {others.map(({ actor: id, name }) => (
          <button
            key={id}
            type="button"
            onClick={() => onFork(taken.join('') + String.fromCharCode('a'.charCodeAt(0) + id))}
          >
            {cursor === steps.length ? `Let ${name} go on` : `Let ${name} go instead`}
          </button>
        ))}
        {others.length === 0 && <p className="fl-help">Nobody else can go here.</p>}
      </div>
      <div className="fl-race-bench">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
        <section className="fl-race-scroll fl-race-lanes" tabIndex={0} aria-label={`Steps of ${race}`}>
          <table>
            <thead>
              <tr>
                <th scope="col">Step</th>
                {actors.map(name => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {steps.map((step, i) => (
                <tr
                  // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place in the schedule
                  key={i}
                  ref={i + 1 === cursor ? current : undefined}
                  aria-current={i + 1 === cursor ? 'step' : undefined}
                >
                  <th scope="row">
                    <button type="button" onClick={() => move(i + 1)} aria-label={`Go to step ${i + 1}`}>
                      {i + 1}
                    </button>
                  </th>
                  {actors.map(name => (
                    <td key={name}>{name === step.actorName ? step.what : ''}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <div>
          <StateTables label={`State of ${race}`} tables={now.state} before={before.state} />
          {now.drawn.length > 0 && <Machine views={now.drawn} />}
        </div>
      </div>
      {beside && (
        <Beside
          race={race}
          playback={playback}
          cursor={cursor}
          title={design.title}
          other={designs.find(({ name }) => name === beside.name)?.title ?? beside.name}
          followed={beside.followed}
        />
      )}
      <Trace title={`A schedule of ${steps.length} steps`} lanes={() => lanesOfPlayback(playback)} />
    </section>
  );
}
