import type { ReactNode } from 'react';

interface Props {
  readonly question: string;
  /** Answers to choose from, before the right one is shown. */
  readonly options: readonly string[];
  /** The answer and why. */
  readonly children: ReactNode;
}

/** A question to answer for oneself before the figure is looked at. Needs no script; nothing is recorded. */
export default function Predict({ question, options, children }: Props): ReactNode {
  return (
    <div className="fl-predict">
      <p>
        <strong>Before you look:</strong> {question}
      </p>
      <ol type="a">
        {options.map(option => (
          <li key={option}>{option}</li>
        ))}
      </ol>
      <details>
        <summary>The answer</summary>
        <div>{children}</div>
      </details>
    </div>
  );
}
