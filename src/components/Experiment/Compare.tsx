import { type ReactNode, useCallback, useEffect, useId, useRef, useState } from 'react';
import type { AnyValues, Params } from '../../model/experiments/params.ts';
import type { CompareState } from '../../playground/link/state.ts';
import { CURSOR_STEPS, type Cursor, drawComparison, stepAt } from '../../views/comparison.ts';
import { CHOSEN, enliven } from '../../views/enliven.ts';
import type { Outcome } from '../../views/index.ts';
import { numberOf } from '../../views/lanes.ts';
import Action from '../Action.tsx';
import Control from './Control.tsx';
import { Pool } from './pool.ts';
import { difference } from './setting.ts';
import { useOpened } from './useOpened.ts';

/** How long the page waits for a control to come to rest, in ms. */
const REST = 120;

interface Props {
  readonly id: string;
  readonly params: Params;
  /** The first of the two settings: that of the experiment itself. */
  readonly values: AnyValues;
  readonly state: CompareState;
  readonly onChange: (state: CompareState) => void;
  readonly onClose: () => void;
  /** Whether the reader has opened it: then it takes the focus and runs as soon as it stands; not where a link brought it. */
  readonly eager: boolean;
}

type Status = 'waiting' | 'running' | 'drawn' | { readonly failed: string };

function statusText(status: Status): string {
  if (status === 'waiting') return 'Not run yet.';
  if (status === 'running') return 'Running both …';
  return status === 'drawn' ? 'Shown: both runs, A left and B right.' : '';
}

/** A second setting beside the experiment's own: both run, both drawn on one scale, and what differs marked. */
export default function Compare({ id, params, values, state, onChange, onClose, eager }: Props): ReactNode {
  const headingId = useId();
  const section = useOpened(eager);
  const cursorId = useId();
  const place = useRef<HTMLDivElement>(null);
  const pool = useRef<Pool>(undefined);
  const turn = useRef(0);
  const ran = useRef(eager);
  const [status, setStatus] = useState<Status>('waiting');
  const [cursor, setCursor] = useState<Cursor>();
  const other = state.values;

  const run = useCallback(() => {
    ran.current = true;
    turn.current += 1;
    const mine = turn.current;
    const outcomes: Outcome[] = [];
    let failed: string | undefined;
    setStatus('running');
    pool.current ??= new Pool();
    pool.current.run(id, [values, other], 2, {
      done(job, { outcome }) {
        outcomes[job] = outcome;
      },
      failed(job, message) {
        failed = `${'AB'[job]}: ${message}`;
      },
      async finished() {
        if (failed !== undefined) {
          setStatus({ failed });
          return;
        }
        const uid = `${id.replace('/', '-')}-compare${mine}`;
        const [a, b] = outcomes;
        const drawn = await drawComparison(document, a, b, ['A', 'B'], uid);
        if (mine !== turn.current || !place.current) return;
        place.current.replaceChildren(...drawn.elements);
        enliven(place.current);
        setCursor(drawn.cursor);
        setStatus('drawn');
      },
    });
  }, [id, values, other]);

  // What has been run follows its controls, on either side.
  useEffect(() => {
    if (!ran.current) return;
    const timer = setTimeout(run, REST);
    return () => clearTimeout(timer);
  }, [run]);

  useEffect(
    () => () => {
      turn.current += 1;
      pool.current?.stop();
    },
    [],
  );

  useEffect(() => cursor?.place(state.cursor), [cursor, state.cursor]);

  // A step that is chosen on one side takes the cursor there, and so to the other.
  const change = useRef(onChange);
  change.current = onChange;
  const now = useRef(state);
  now.current = state;
  useEffect(() => {
    const element = place.current;
    const chosen = (event: Event) => {
      const mark = (event as CustomEvent<Element>).detail;
      const drawing = mark.closest('svg.fl-lanes');
      if (drawing) change.current({ ...now.current, cursor: stepAt(drawing, numberOf(mark, 'data-start')) });
    };
    element?.addEventListener(CHOSEN, chosen);
    return () => element?.removeEventListener(CHOSEN, chosen);
  }, []);

  const says = difference(params, values, other);
  return (
    <section className="fl-compare" aria-labelledby={headingId} ref={section} tabIndex={-1}>
      <p className="fl-question" id={headingId}>
        Comparison: A is the setting above, B the one here
      </p>
      <form className="fl-controls" onSubmit={event => event.preventDefault()}>
        <fieldset>
          <legend className="fl-legend-text">Parameters of B</legend>
          <div className="fl-grid">
            {Object.entries(params).map(([name, param]) => (
              <div key={name} className={values[name] === other[name] ? undefined : 'fl-differs'}>
                <Control
                  param={{ ...param, label: `B: ${param.label}` }}
                  value={other[name]}
                  onChange={value => onChange({ ...state, values: { ...other, [name]: value } })}
                />
              </div>
            ))}
          </div>
        </fieldset>
        <div className="fl-actions">
          <Action onPress={run}>Run both</Action>
          <Action onPress={() => onChange({ ...state, values })}>Make B like A</Action>
          <Action onPress={onClose}>Close comparison</Action>
          <p role="status">
            {statusText(status)} {says === '' ? 'A and B are the same.' : `${says}.`}
          </p>
        </div>
        {typeof status === 'object' && (
          <p className="fl-wrong" role="alert">
            This run failed: {status.failed}.
          </p>
        )}
      </form>
      {cursor && (
        <div className="fl-cursor-bar">
          <label htmlFor={cursorId}>Cursor: {cursor.label(state.cursor)}</label>
          <input
            id={cursorId}
            type="range"
            min={0}
            max={CURSOR_STEPS}
            value={state.cursor}
            aria-valuetext={cursor.label(state.cursor)}
            onChange={event => onChange({ ...state, cursor: Number(event.target.value) })}
          />
          <table>
            <thead>
              <tr>
                <th scope="col">At the cursor</th>
                <th scope="col">A</th>
                <th scope="col">B</th>
              </tr>
            </thead>
            <tbody>
              {cursor.read(state.cursor).map(({ what, a, b }) => (
                <tr key={what}>
                  <th scope="row">{what}</th>
                  <td>{a}</td>
                  <td>{a === b ? b : <mark>{b}</mark>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div ref={place} />
    </section>
  );
}
