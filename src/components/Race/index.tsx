import ErrorBoundary from '@docusaurus/ErrorBoundary';
import useBrokenLinks from '@docusaurus/useBrokenLinks';
import useIsBrowser from '@docusaurus/useIsBrowser';
import { lazy, type ReactNode, Suspense, useId } from 'react';
import { formatNumber } from '../../views/format.ts';
import Action from '../Action.tsx';
import Takeaway from '../Takeaway/index.tsx';
import type { Explored, RaceDefinition } from './definition.ts';
import './race.css';
import { type Status, useRace } from './useRace.ts';
import { DesignTable, PropertyTable } from './Verdicts.tsx';

/** Fetched with the first schedule that somebody plays. */
const Stepper = lazy(() => import('./Stepper.tsx'));

interface Props {
  /** `debate/name`. */
  readonly id: string;
  /** Filled in by plugins/races from the id. */
  readonly definition: RaceDefinition;
}

function size({ schedules, transitions, complete, bound }: Explored): string {
  return `${formatNumber(schedules)} schedules, ${formatNumber(transitions)} transitions, ${complete ? 'all there are' : bound}`;
}

/** How the search goes, in words; said once by screen readers. */
function statusText(status: Status, result: Explored): string {
  switch (status.kind) {
    case 'built':
      return `Explored when the site was built: ${size(result)}.`;
    case 'running':
      return 'Exploring …';
    case 'stopped':
      return 'Stopped. Shown: what was found when the site was built.';
    case 'explored':
      return `Explored here in ${(status.milliseconds / 1000).toFixed(2)} s: ${size(result)}.`;
    case 'failed':
      return '';
  }
}

function Panel({ definition }: Props): ReactNode {
  const { id, question, designs } = definition;
  const anchor = `race-${id.replace('/', '-')}`;
  useBrokenLinks().collectAnchor(anchor);
  const questionId = useId();
  const selectId = useId();
  const isBrowser = useIsBrowser();
  const race = useRace(definition);
  const { design, status, shown } = race;
  const result = race.result ?? design.result;
  return (
    <section className="fl-experiment fl-race" id={anchor} aria-labelledby={questionId}>
      <p className="fl-question" id={questionId}>
        {question}
      </p>
      <div className="fl-actions">
        <label htmlFor={selectId}>Protocol</label>
        <select
          id={selectId}
          value={design.name}
          disabled={!isBrowser}
          onChange={event => race.choose(event.target.value)}
        >
          {designs.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
        <Action off={status.kind === 'running'} onPress={race.explore}>
          Explore
        </Action>
        <Action off={status.kind !== 'running'} onPress={race.stop}>
          Stop
        </Action>
        <Action onPress={() => race.step('')}>Step by hand</Action>
        <p role="status">{statusText(status, result)}</p>
        {/* For the eye alone: it would be told over and over. */}
        {status.kind === 'running' && (
          <p aria-hidden="true">
            {formatNumber(status.schedules)} schedules, {formatNumber(status.transitions)} transitions
          </p>
        )}
      </div>
      {design.weakening !== null && <p className="fl-help">Weakening: {design.weakening}</p>}
      <noscript>
        <p className="fl-help">
          Exploring needs JavaScript; the verdicts are those of the search that ran when the site was built.
        </p>
      </noscript>
      {status.kind === 'failed' && (
        <p className="fl-wrong" role="alert">
          {status.message}
        </p>
      )}
      <PropertyTable result={result} onStep={isBrowser ? race.step : undefined} />
      <p className="fl-note" aria-live="polite">
        {race.note}{' '}
        {race.link && (
          <input readOnly aria-label="Link" value={race.link} onFocus={event => event.target.select()} />
        )}
      </p>
      {shown && (
        <Suspense>
          <Stepper
            race={id}
            playback={shown.playback}
            cursor={shown.cursor}
            design={design}
            designs={designs}
            beside={shown.beside}
            onBeside={race.beside}
            onMove={race.move}
            onFork={race.fork}
            onShare={race.share}
          />
        </Suspense>
      )}
      <Takeaway state={race.state} question={question} />
      <DesignTable designs={designs} />
    </section>
  );
}

/**
 * A race in the page: its question, its protocols, what a search of all schedules says of each, and, with JavaScript,
 * the search itself and its counterexamples step by step. A failure stays inside its frame.
 */
export default function Race(props: Props): ReactNode {
  return (
    <ErrorBoundary
      fallback={({ error, tryAgain }) => (
        <section className="fl-experiment fl-race" aria-label={props.id}>
          <p className="fl-wrong" role="alert">
            The panel of this race failed: {error.message}.
          </p>
          <div className="fl-actions">
            <button type="button" onClick={tryAgain}>
              Try again
            </button>
          </div>
          <DesignTable designs={props.definition.designs} />
        </section>
      )}
    >
      <Panel {...props} />
    </ErrorBoundary>
  );
}
