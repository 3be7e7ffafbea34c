import ErrorBoundary from '@docusaurus/ErrorBoundary';
import useBrokenLinks from '@docusaurus/useBrokenLinks';
import useIsBrowser from '@docusaurus/useIsBrowser';
import { type FocusEvent, lazy, type ReactNode, Suspense, useEffect, useId, useRef, useState } from 'react';
import { type AnyValues, defaults, type Params } from '../../model/experiments/params.ts';
import type { CompareState, SweepState } from '../../playground/link/state.ts';
import Action from '../Action.tsx';
import Takeaway from '../Takeaway/index.tsx';
import Control from './Control.tsx';
import DefaultOutcome from './DefaultOutcome.tsx';
import { Fallback } from './Fallback.tsx';
import { useFrames } from './frames.ts';
import { savingsOf } from './savings.ts';
import { another, suggested } from './setting.ts';
import { useLink } from './useLink.ts';
import { type Status, useOutcome } from './useOutcome.ts';

const Compare = lazy(() => import('./Compare.tsx'));
const Sweep = lazy(() => import('./Sweep.tsx'));

/** What the page knows of an experiment before anybody runs it. */
interface Definition {
  readonly id: string;
  readonly question: string;
  readonly params: Params;
}

interface Props {
  /** `debate/name`. */
  readonly id: string;
  /** Filled in by plugins/experiments from the id. */
  readonly definition: Definition;
  /** The first figure and the controls, and no more. */
  readonly brief?: boolean;
}

/** Controls that a brief experiment shows at once; the others are folded away. */
const BRIEF_CONTROLS = 3;
/** The same of one that is shown in full, where it has more than so many. */
const MANY_CONTROLS = 8;
const FIRST_CONTROLS = 6;
/** Controls that are shown at once where there is little room: the others fold where there are more than so many. */
const NARROW_CONTROLS = 2;
const FEW_CONTROLS = 3;

/** How the run goes, in words; said once by screen readers. */
function statusText(status: Status): string {
  switch (status.kind) {
    case 'default':
      return 'Shown: the run with these defaults.';
    case 'brought':
      return 'Not run yet: press Run. Shown: a run with other values.';
    case 'running':
      return 'Running …';
    case 'stopped':
      return 'Stopped. Shown: the run before.';
    case 'drawn':
      return 'Shown: the run with these values.';
    case 'failed':
      return '';
  }
}

/** Selects what is in a field when it is entered. */
function selectAll({ target }: FocusEvent<HTMLInputElement>) {
  target.select();
}

function Panel({ definition, brief = false }: Props): ReactNode {
  const { id, question, params } = definition;
  const anchor = `experiment-${id.replace('/', '-')}`;
  useBrokenLinks().collectAnchor(anchor);
  const questionId = useId();
  const isBrowser = useIsBrowser();
  const frames = useFrames();
  const [values, setValues] = useState<AnyValues>(() => defaults(params));
  const section = useRef<HTMLElement>(null);
  const compareButton = useRef<HTMLButtonElement>(null);
  const sweepButton = useRef<HTMLButtonElement>(null);
  const [compare, setCompare] = useState<CompareState>();
  const [sweep, setSweep] = useState<SweepState>();
  /** Links that were followed to here: each opens its comparison anew, which runs by itself only where a reader opened it. */
  const [links, setLinks] = useState(0);
  const [eager, setEager] = useState(false);
  const { status, warm, start, stop, brought } = useOutcome(id, frames);
  const { note, share, forget } = useLink(id, params, (sent, beside, pressed) => {
    setValues(sent);
    setEager(false);
    setLinks(links + 1);
    setCompare(beside.compare);
    setSweep(beside.sweep);
    if (pressed) start(sent);
    else brought();
    section.current?.scrollIntoView();
  });

  // Maps and timelines answer keys; plots need nothing.
  useEffect(() => {
    for (const { current } of Object.values(frames)) {
      if (current?.querySelector('svg.fl-lanes')) {
        import('../../views/enliven.ts').then(({ enliven }) => enliven(current));
      }
    }
  }, [frames]);

  const change = (next: AnyValues) => {
    forget();
    setValues(next);
    start(next);
  };
  const openCompare = () => {
    forget();
    setEager(true);
    setCompare({ values: another(params, values), cursor: 0 });
  };
  const openSweep = () => {
    forget();
    setEager(true);
    const [[name, param]] = Object.entries(params);
    setSweep({ across: name, lists: { [name]: suggested(param) } });
  };
  const beside = { ...(compare ? { compare } : {}), ...(sweep ? { sweep } : {}) };
  const isDefault = Object.keys(params).every(name => values[name] === params[name].default);

  const all = Object.entries(params);
  // Those behind `shown` are folded everywhere, those between where there is little room.
  const shown = brief ? BRIEF_CONTROLS : all.length > MANY_CONTROLS ? FIRST_CONTROLS : all.length;
  const atOnce = !brief && all.length > FEW_CONTROLS ? NARROW_CONTROLS : shown;
  const control = ([name, param]: (typeof all)[number]) => (
    <Control
      key={name}
      param={param}
      value={values[name]}
      onChange={value => change({ ...values, [name]: value })}
    />
  );
  /** Folds the parameters from one on, those from another on in a fold of their own. */
  const fold = (from: number, inner: number, className: string): ReactNode => {
    const folded = all.slice(from);
    if (from === inner) return inner < all.length ? fold(inner, all.length, 'fl-more') : null;
    const isChanged = folded.some(([name, param]) => values[name] !== param.default);
    return (
      <details className={className} open={isChanged || undefined}>
        <summary>
          {folded.length} more {folded.length === 1 ? 'parameter' : 'parameters'}
        </summary>
        <div className="fl-grid">{all.slice(from, inner).map(control)}</div>
        {inner < all.length && fold(inner, all.length, 'fl-more')}
      </details>
    );
  };
  const controls = (
    <form className="fl-controls" onSubmit={event => event.preventDefault()} onFocus={warm}>
      <fieldset disabled={!isBrowser}>
        <legend className="fl-legend-text">Parameters</legend>
        <div className="fl-grid">{all.slice(0, atOnce).map(control)}</div>
        {fold(atOnce, shown, 'fl-more fl-narrow-fold')}
      </fieldset>
      <noscript>
        <p className="fl-help">The controls need JavaScript; the figures show the run with the defaults.</p>
      </noscript>
      <div className="fl-actions">
        <Action off={status.kind === 'running'} onPress={() => start(values)}>
          Run
        </Action>
        <Action off={isDefault} onPress={() => change(defaults(params))}>
          Defaults
        </Action>
        <Action off={status.kind !== 'running'} onPress={stop}>
          Stop
        </Action>
        <Action onPress={() => share(values, beside)}>Share</Action>
        {all.length > 0 && (
          <>
            <Action ref={compareButton} off={compare !== undefined} onPress={openCompare}>
              Compare
            </Action>
            <Action ref={sweepButton} off={sweep !== undefined} onPress={openSweep}>
              Sweep
            </Action>
          </>
        )}
        <p role="status">{statusText(status)}</p>
        <progress
          aria-label="Progress of the run"
          className={status.kind === 'running' ? undefined : 'fl-hidden'}
          value={status.kind === 'running' && status.fraction > 0 ? status.fraction : undefined}
        />
      </div>
      <p className="fl-note" aria-live="polite">
        {note?.text}{' '}
        {note?.link && <input readOnly aria-label="Link" value={note.link} onFocus={selectAll} />}
      </p>
      <Takeaway
        state={{ kind: 'experiment', id, values, ...beside }}
        question={question}
        savings={savingsOf(id, values, frames.first)}
      />
      {status.kind === 'failed' && (
        <p className="fl-wrong" role="alert">
          This run failed: {status.message}. Shown: the run before.
        </p>
      )}
    </form>
  );
  return (
    <section className="fl-experiment" id={anchor} aria-labelledby={questionId} ref={section}>
      <p className="fl-question" id={questionId}>
        {question}
      </p>
      <div className="fl-bench">
        <DefaultOutcome id={id} part="first" frame={frames.first} />
        {controls}
      </div>
      {!brief && <DefaultOutcome id={id} part="rest" frame={frames.rest} />}
      <Suspense fallback={<p className="fl-help">Loading …</p>}>
        {compare && (
          <Compare
            key={`compare ${links}`}
            id={id}
            params={params}
            values={values}
            state={compare}
            onChange={setCompare}
            onClose={() => {
              setCompare(undefined);
              compareButton.current?.focus();
            }}
            eager={eager}
          />
        )}
        {sweep && (
          <Sweep
            key={`sweep ${links}`}
            id={id}
            params={params}
            values={values}
            state={sweep}
            onChange={setSweep}
            onClose={() => {
              setSweep(undefined);
              sweepButton.current?.focus();
            }}
            eager={eager}
          />
        )}
      </Suspense>
    </section>
  );
}

/**
 * An experiment in the page: its question, its parameters, what the default run shows, and, with JavaScript, controls
 * that run it again. A failure stays inside its frame.
 */
export default function Experiment(props: Props): ReactNode {
  return (
    <ErrorBoundary
      fallback={({ error, tryAgain }) => (
        <Fallback id={props.id} brief={props.brief} message={error.message} retry={tryAgain} />
      )}
    >
      <Panel {...props} />
    </ErrorBoundary>
  );
}
