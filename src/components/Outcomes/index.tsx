import type { ReactNode } from 'react';
import { formatDate } from '../date.ts';
import type { Ending } from './outcome.ts';

/** How a debate ended: release, what came of it, by which interface, and where that is written. */
export default function Outcomes({ of: { asOf, outcomes } }: { readonly of: Ending }): ReactNode {
  return (
    <div className="fl-outcomes">
      <p className="fl-as-of">
        As of <time dateTime={asOf}>{formatDate(asOf)}</time>.
      </p>
      <dl>
        {outcomes.map(({ release, what, interface: names, source, secondHand }) => (
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
    </div>
  );
}
