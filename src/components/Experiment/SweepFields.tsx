import { type ReactNode, useId } from 'react';

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  /** Values and what they are called. */
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly onChange: (value: string) => void;
}

/** One of several, with its label. */
export function Choice({ label, value, options, onChange }: ChoiceProps): ReactNode {
  const id = useId();
  return (
    <div className="fl-control">
      <label className="fl-label" htmlFor={id}>
        {label}
      </label>
      <select id={id} value={value} onChange={event => onChange(event.target.value)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

interface ListProps {
  readonly label: string;
  readonly value: string;
  readonly isWrong: boolean;
  /** Element that says what is wrong. */
  readonly describedBy: string | undefined;
  readonly onChange: (value: string) => void;
}

/** A list of values, as it is typed. */
export function List({ label, value, isWrong, describedBy, onChange }: ListProps): ReactNode {
  const id = useId();
  return (
    <div className="fl-control">
      <label className="fl-label" htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        type="text"
        autoComplete="off"
        spellCheck={false}
        value={value}
        aria-invalid={isWrong}
        aria-describedby={describedBy}
        onChange={event => onChange(event.target.value)}
      />
    </div>
  );
}
