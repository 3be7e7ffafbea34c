import type { ReactNode } from 'react';
import { formatDate } from '../date.ts';
import type { Ending, Outcome } from './outcome.ts';

/** Outcomes that are shown at once. */
const FIRST = 3;

function List({ of }: { readonly of: readonly Outcome[] }): ReactNode {
  return (
    <dl>
      {of.map(({ release, what, interface: names, source, secondHand }) => (
        <div key={what}>
          <dt>{release}</dt>
          <dd>
            <p>{what}</p>
            {names && (
              <p>
                <code>{names}</code>
              </p>
            )}
            <p className="fl-mails">
              {source.url ? <a href={source.url}>{source.text}</a> : source.text}
              {secondHand && ' (second-hand)'}
            </p>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** How a debate ended: release, what came of it, by which interface, and where that is written. */
export default function Outcomes({ of: { asOf, outcomes } }: { readonly of: Ending }): ReactNode {
  const rest = outcomes.slice(FIRST);
  return (
    <div className="fl-outcomes">
      <p className="fl-as-of">
        As of <time dateTime={asOf}>{formatDate(asOf)}</time>.
      </p>
      <List of={outcomes.slice(0, FIRST)} />
      {rest.length > 0 && (
        <details className="fl-fold">
          <summary>
            {rest.length} more: {[...new Set(rest.map(({ release }) => release))].join(', ')}
          </summary>
          <List of={rest} />
        </details>
      )}
    </div>
  );
}
