import { type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { AnyValues, Params } from '../../model/experiments/params.ts';
import { type Sweep as SweepData, sweepCsv, sweepJson, valuesIn } from '../../model/experiments/sweep.ts';
import { MODEL_VERSION } from '../../model/version.ts';
import type { SweepState } from '../../playground/link/state.ts';
import { drawFigure } from '../../views/figure.ts';
import { drawHeatMap } from '../../views/heatMap.ts';
import { saveFile } from '../../views/saveFile.ts';
import Action from '../Action.tsx';
import { Choice, List } from './SweepFields.tsx';
import { suggested } from './setting.ts';
import { progressText } from './sweepProgress.ts';
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
import { useSweep } from './useSweep.ts';

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
  const place = useRef<HTMLDivElement>(null);
  const { run, progress, wrong, setWrong, start, stop } = useSweep({ id, params, values, state });
  const [row, setRow] = useState('');
  const [says, setSays] = useState('');

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
  }, [id, params, run, measure, rows, chosen, isMap, setWrong]);

  const save = (format: 'csv' | 'json') => {
    if (!run) return;
    const { swept, total, points } = run;
    const sweep: SweepData = { experiment: id, model: MODEL_VERSION, swept, total, points };
    const type = format === 'csv' ? 'text/csv' : 'application/json';
    const content = new Blob([format === 'csv' ? sweepCsv(sweep) : sweepJson(sweep)], { type });
    setSays(`Saved as ${saveFile(content, `${id.replaceAll('/', '-')}-sweep.${format}`)}.`);
  };

  const list = (name: string) => (
    <List
      label={`Values of ${params[name].label}`}
      value={state.lists[name] ?? ''}
      isWrong={wrong !== '' && !isList(params, state, name)}
      describedBy={wrong === '' ? undefined : wrongId}
      onChange={text => onChange({ ...state, lists: { ...state.lists, [name]: text } })}
    />
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
          if (progress.running) return;
          setSays('');
          start();
        }}
      >
        <div className="fl-grid">
          <Choice
            label="Sweep"
            value={state.across}
            options={byName}
            onChange={across => choose(across, second)}
          />
          {list(state.across)}
          <Choice
            label="and"
            value={second}
            options={[['', 'nothing else'], ...byName.filter(([name]) => name !== state.across)]}
            onChange={other => choose(state.across, other)}
          />
          {second !== '' && list(second)}
          {measures.length > 1 && (
            <Choice
              label="Show"
              value={measure?.key ?? ''}
              options={measures.map(({ key, label, unit }) => [key, unit ? `${label} (${unit})` : label])}
              onChange={key => onChange({ ...state, measure: key })}
            />
          )}
          {rows.length > 1 && (
            <Choice
              label="of"
              value={chosen}
              options={[
                ...(isMap ? [] : [['', 'every row'] as const]),
                ...rows.map(name => [name, name] as const),
              ]}
              onChange={setRow}
            />
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
