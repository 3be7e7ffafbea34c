import { type KeyboardEvent, type ReactNode, useEffect, useId, useState } from 'react';
import { complaint, type IntParam, type NumberParam } from '../../model/experiments/params.ts';
import { formatNumber } from '../../views/format.ts';
import { positionOf, STEPS, stepFrom, valueAt } from './scale.ts';

/** How far the keys of a slider go, in its steps. */
const keys: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: STEPS / 20,
  PageDown: -STEPS / 20,
};

interface Props {
  readonly param: IntParam | NumberParam;
  readonly value: number;
  readonly labelId: string;
  readonly helpId: string;
  readonly onChange: (value: number) => void;
}

/** A slider for the eye and a field for the exact number; what cannot be is said beside it and changes nothing. */
export default function NumberControl({ param, value, labelId, helpId, onChange }: Props): ReactNode {
  const [draft, setDraft] = useState<string>();
  const errorId = useId();
  // A value that comes from elsewhere (the slider, a reset, a link) replaces what was being typed.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the value is the reason to run, though it is not read
  useEffect(() => setDraft(undefined), [value]);

  const typed = draft === undefined ? value : draft.trim() === '' ? Number.NaN : Number(draft);
  const wrong = complaint(param.label, param, typed);

  const type = (text: string) => {
    setDraft(text);
    const number = text.trim() === '' ? Number.NaN : Number(text);
    if (complaint(param.label, param, number) === undefined && number !== value) onChange(number);
  };
  const press = (event: KeyboardEvent) => {
    const steps = keys[event.key];
    if (steps === undefined) return;
    event.preventDefault();
    const next = stepFrom(param, value, steps);
    if (next !== value) onChange(next);
  };

  const unit = param.unit ? ` ${param.unit}` : '';
  return (
    <>
      <div className="fl-number-control">
        <input
          type="range"
          min={0}
          max={STEPS}
          value={positionOf(param, value)}
          aria-labelledby={labelId}
          aria-valuetext={`${formatNumber(value)}${unit}`}
          onKeyDown={press}
          onChange={event => onChange(valueAt(param, Number(event.target.value)))}
        />
        <input
          type="text"
          inputMode="decimal"
          autoComplete="off"
          value={draft ?? String(value)}
          aria-labelledby={labelId}
          aria-describedby={wrong ? errorId : helpId}
          aria-invalid={wrong !== undefined}
          onChange={event => type(event.target.value)}
          onBlur={() => wrong === undefined && setDraft(undefined)}
        />
        <span className="fl-unit">{param.unit}</span>
      </div>
      {wrong && (
        <p className="fl-wrong" id={errorId} role="alert">
          {wrong}.
        </p>
      )}
    </>
  );
}
