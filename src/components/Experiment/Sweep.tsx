import { type ReactNode, useCallback, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { AnyValues, Params } from '../../model/experiments/params.ts';
import {
  combinations,
  type Point,
  type Sweep as SweepData,
  sweepCsv,
  sweepJson,
  valuesIn,
} from '../../model/experiments/sweep.ts';
import type { View } from '../../model/experiments/view.ts';
import { MODEL_VERSION } from '../../model/version.ts';
import type { SweepState } from '../../playground/link/state.ts';
import { drawFigure } from '../../views/figure.ts';
import { drawHeatMap } from '../../views/heatMap.ts';
import { saveFile } from '../../views/saveFile.ts';
import Action from '../Action.tsx';
import { Pool, poolSize } from './pool.ts';
import { suggested } from './setting.ts';
import {
  columnsKnown,
  firstRows,
  measuresOf,
  rowNames,
  sweepMap,
  sweepPlot,
  sweepTable,
} from './sweepResult.ts';
import { useOpened } from './useOpened.ts';

/** Most points of a sweep in the page; larger ones are for `lab sweep`. */
const MOST_POINTS = 2_000;

/** How often the page is told how far a sweep is, in ms. */
const EVERY = 200;

interface Props {
  readonly id: string;
  readonly params: Params;
  /** What is not swept keeps the experiment's own setting. */
  readonly values: AnyValues;
  readonly state: SweepState;
  readonly onChange: (state: SweepState) => void;
  readonly onClose: () => void;
  /** Whether the reader has opened it: then it takes the focus. */
  readonly eager: boolean;
}

/** How a sweep goes. */
interface Progress {
  readonly running: boolean;
  /** Points that are done, and points in all. */
  readonly done: number;
  readonly total: number;
  /** Time left in ms, where that can be said. */
  readonly left?: number;
}

/** A sweep that was started: its points as they come in. */
interface Run {
  readonly swept: Readonly<Record<string, readonly (number | string | boolean)[]>>;
  readonly total: number;
  readonly points: readonly Point[];
  readonly failures: readonly string[];
  readonly views: readonly View[];
}

function progressText({ running, done, total, left }: Progress, failed: number): string {
  if (total === 0) return 'Not run yet.';
  const lost = failed > 0 ? ` ${failed} failed.` : '';
  if (!running && done + failed < total)
    return `Stopped: ${done} of ${total} points are kept; Run goes on with the others.${lost}`;
  if (!running) return `Done: ${done} of ${total} points.${lost}`;
  const time = left === undefined ? '' : `, about ${Math.ceil(left / 1000)} s left`;
  return `${done} of ${total} points${time} …${lost}`;
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

/** Whether a list names values that its parameter takes. */
function isList(params: Params, { lists }: SweepState, name: string): boolean {
  try {
    valuesIn(params[name].label, params[name], lists[name]);
    return true;
  } catch {
    return false;
  }
}

/** A sweep in the page: one or two parameters over lists of values, run beside the page by several workers. */
export default function Sweep({ id, params, values, state, onChange, onClose, eager }: Props): ReactNode {
  const headingId = useId();
  const wrongId = useId();
  const section = useOpened(eager);
  const fieldId = useId();
  const place = useRef<HTMLDivElement>(null);
  const pool = useRef<Pool>(undefined);
  const [run, setRun] = useState<Run>();
  const [progress, setProgress] = useState<Progress>({ running: false, done: 0, total: 0 });
  const [wrong, setWrong] = useState('');
  const [row, setRow] = useState('');
  const [says, setSays] = useState('');
  /** Points by their values, kept as long as the panel stands: what was run once is not run again. */
  const kept = useRef(new Map<string, Point['rows']>());

  useEffect(() => () => pool.current?.stop(), []);

  const names = Object.keys(params);
  const second = Object.keys(state.lists).find(name => name !== state.across) ?? '';
  const choose = (across: string, other: string) => {
    const list = (name: string) => state.lists[name] ?? suggested(params[name]);
    onChange({
      ...state,
      across,
      lists: {
        [across]: list(across),
        ...(other !== '' && other !== across ? { [other]: list(other) } : {}),
      },
    });
  };

  const start = useCallback(() => {
    setWrong('');
    setSays('');
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
      const left = ran > 0 ? ((now - started) / ran) * (jobs.length - ran) : undefined;
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

  const measures = useMemo(() => (run ? measuresOf(run.points, run.views) : []), [run]);
  const rows = useMemo(() => (run ? rowNames(run.points) : []), [run]);
  const measure = measures.find(({ key }) => key === state.measure) ?? measures[0];
  const isMap = run !== undefined && Object.keys(run.swept).length === 2;
  const chosen = rows.includes(row) ? row : isMap ? (rows[0] ?? '') : '';

  useEffect(() => {
    if (!run || !measure || run.points.length === 0) return;
    let gone = false;
    const [across] = Object.keys(run.swept);
    const choice = { measure, rows: chosen === '' && !rows.includes('') ? firstRows(rows) : [chosen] };
    const uid = `${id.replace('/', '-')}-sweep`;
    const figure = isMap
      ? Promise.resolve(drawHeatMap(document, sweepMap(params, run.swept, run.points, choice)))
      : drawFigure(document, sweepPlot(params, across, run.points, choice), uid);
    const table = sweepTable(params, Object.keys(run.swept), run.points, columnsKnown(run.views));
    Promise.all([figure, drawFigure(document, table, `${uid}-table`)]).then(
      drawn => !gone && place.current?.replaceChildren(...drawn),
      error => setWrong(`the result could not be drawn: ${error instanceof Error ? error.message : error}`),
    );
    return () => {
      gone = true;
    };
  }, [id, params, run, measure, rows, chosen, isMap]);

  const save = (format: 'csv' | 'json') => {
    if (!run) return;
    const { swept, total, points } = run;
    const sweep: SweepData = { experiment: id, model: MODEL_VERSION, swept, total, points };
    const type = format === 'csv' ? 'text/csv' : 'application/json';
    const content = new Blob([format === 'csv' ? sweepCsv(sweep) : sweepJson(sweep)], { type });
    setSays(`Saved as ${saveFile(content, `${id.replaceAll('/', '-')}-sweep.${format}`)}.`);
  };

  const list = (name: string, nth: number) => (
    <div className="fl-control">
      <label className="fl-label" htmlFor={`${fieldId}-list${nth}`}>
        Values of {params[name].label}
      </label>
      <input
        id={`${fieldId}-list${nth}`}
        type="text"
        autoComplete="off"
        spellCheck={false}
        value={state.lists[name] ?? ''}
        aria-invalid={wrong !== '' && !isList(params, state, name)}
        aria-describedby={wrong === '' ? undefined : wrongId}
        onChange={event => onChange({ ...state, lists: { ...state.lists, [name]: event.target.value } })}
      />
    </div>
  );
  const select = (
    nth: number,
    label: string,
    value: string,
    options: readonly (readonly [string, string])[],
    change: (value: string) => void,
  ) => (
    <div className="fl-control">
      <label className="fl-label" htmlFor={`${fieldId}-select${nth}`}>
        {label}
      </label>
      <select id={`${fieldId}-select${nth}`} value={value} onChange={event => change(event.target.value)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
  const byName = names.map(name => [name, params[name].label] as const);
  const failed = run?.failures.length ?? 0;
  return (
    <section className="fl-compare" aria-labelledby={headingId} ref={section} tabIndex={-1}>
      <p className="fl-question" id={headingId}>
        Sweep: every combination of these values, all else as set above
      </p>
      <form
        className="fl-controls"
        onSubmit={event => {
          event.preventDefault();
          // Enter in a field comes here while it runs, too.
          if (!progress.running) start();
        }}
      >
        <div className="fl-grid">
          {select(1, 'Sweep', state.across, byName, across => choose(across, second))}
          {list(state.across, 1)}
          {select(
            2,
            'and',
            second,
            [['', 'nothing else'], ...byName.filter(([name]) => name !== state.across)],
            other => choose(state.across, other),
          )}
          {second !== '' && list(second, 2)}
          {measures.length > 1 &&
            select(
              3,
              'Show',
              measure?.key ?? '',
              measures.map(({ key, label, unit }) => [key, unit ? `${label} (${unit})` : label]),
              key => onChange({ ...state, measure: key }),
            )}
          {rows.length > 1 &&
            select(
              4,
              'of',
              chosen,
              [...(isMap ? [] : [['', 'every row'] as const]), ...rows.map(name => [name, name] as const)],
              setRow,
            )}
        </div>
        <div className="fl-actions">
          <Action type="submit" off={progress.running}>
            Run sweep
          </Action>
          <Action off={!progress.running} onPress={stop}>
            Cancel
          </Action>
          <Action off={!run?.points.length} onPress={() => save('csv')}>
            Sweep as CSV
          </Action>
          <Action off={!run?.points.length} onPress={() => save('json')}>
            Sweep as JSON
          </Action>
          <Action onPress={onClose}>Close sweep</Action>
          <p>{progressText(progress, failed)}</p>
          <progress
            aria-label="Progress of the sweep"
            className={progress.running ? undefined : 'fl-hidden'}
            value={progress.done}
            max={Math.max(1, progress.total)}
          />
        </div>
        {/* Said once at the end: what goes on in between would be told over and over. */}
        <p className="fl-note" role="status">
          {progress.running || progress.total === 0
            ? ''
            : `Sweep: ${progress.done} of ${progress.total} points.`}{' '}
          {says}
        </p>
        {wrong !== '' && (
          <p className="fl-wrong" role="alert" id={wrongId}>
            This sweep cannot be run: {wrong}.
          </p>
        )}
        {failed > 0 && <p className="fl-wrong">Failed, first: {run?.failures[0]}.</p>}
      </form>
      <div ref={place} />
    </section>
  );
}
