import { type ReactNode, useId } from 'react';
import type { Param } from '../../model/experiments/params.ts';
import { formatNumber } from '../../views/format.ts';
import NumberControl from './NumberControl.tsx';

type Setting = number | string | boolean;

interface Props {
  readonly param: Param;
  readonly value: Setting;
  readonly onChange: (value: Setting) => void;
}

/** A number with all its decimals. */
function exact(value: number): string {
  return formatNumber(value, String(value).split('.')[1]?.length ?? 0);
}

/** The default of a parameter, and its range, in words: they stand in the page whether or not its scripts run. */
function defaultText(param: Param): string {
  switch (param.kind) {
    case 'flag':
      return `Default ${param.default ? 'on' : 'off'}.`;
    case 'choice':
      return `Default ${param.options.find(({ value }) => value === param.default)?.label ?? param.default}.`;
    default: {
      const unit = param.unit ? ` ${param.unit}` : '';
      return `Default ${exact(param.default)}, from ${exact(param.min)} to ${exact(param.max)}${unit}.`;
    }
  }
}

/** The control of one parameter: slider and field, a list, or a box to tick, with what it means and its default. */
export default function Control({ param, value, onChange }: Props): ReactNode {
  const id = useId();
  const labelId = `${id}-label`;
  const helpId = `${id}-help`;
  const help = (
    <p className="fl-help" id={helpId}>
      {param.help} <span className="fl-default">{defaultText(param)}</span>
    </p>
  );
  switch (param.kind) {
    case 'flag':
      return (
        <div className="fl-control">
          <label className="fl-switch">
            <input
              type="checkbox"
              checked={value === true}
              aria-describedby={helpId}
              onChange={event => onChange(event.target.checked)}
            />
            <span className="fl-label">{param.label}</span>
          </label>
          {help}
        </div>
      );
    case 'choice':
      return (
        <div className="fl-control">
          <label className="fl-label" htmlFor={id}>
            {param.label}
          </label>
          <select
            id={id}
            value={String(value)}
            aria-describedby={helpId}
            onChange={event => onChange(event.target.value)}
          >
            {param.options.map(option => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
          {help}
        </div>
      );
    default:
      return (
        <div className="fl-control">
          <span className="fl-label" id={labelId}>
            {param.label}
          </span>
          <NumberControl
            param={param}
            value={Number(value)}
            labelId={labelId}
            helpId={helpId}
            onChange={onChange}
          />
          {help}
        </div>
      );
  }
}
