import type { ReactNode } from 'react';
import { loreUrl } from '../../model/evidence/published.ts';
import { formatDate } from '../date.ts';
import type { Position } from './position.ts';

function List({ of }: { readonly of: readonly Position[] }): ReactNode {
  return (
    <ol className="fl-positions">
      {of.map(({ who, domain, date, position, argument, answer, mails }) => (
        <li className="fl-entry" key={mails[0].id}>
          <p className="fl-who">
            <strong>{who}</strong> <span>{domain}</span> <time dateTime={date}>{formatDate(date)}</time>
          </p>
          <p className="fl-position">{position}</p>
          <details>
            <summary>Why, and what was answered</summary>
            <p>
              <b>Why:</b> {argument}
            </p>
            <p>
              <b>Answered:</b> {answer}
            </p>
          </details>
          <p className="fl-mails">
            {mails.map(({ id, label, secondHand }, index) => (
              <span key={id}>
                <a href={loreUrl(id)}>
                  {label ?? (mails.length === 1 || mails[1].label ? 'The mail' : `Mail ${index + 1}`)}
                </a>
                {secondHand && ' (read second-hand)'}
              </span>
            ))}
          </p>
        </li>
      ))}
    </ol>
  );
}

/** `Ann and Bob`, `Ann, Bob and Cy`: everybody once, in order. */
function names(of: readonly Position[]): string {
  const all = [...new Set(of.flatMap(({ who }) => who.split(' and ')))];
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all[all.length - 1]}`;
}

/**
 * Who held what, when, why, and what was answered; each with the mails it is taken from. Those on which the debate
 * turned come first; the others are a click away.
 */
export default function Positions({ of }: { readonly of: readonly Position[] }): ReactNode {
  const others = of.filter(({ decisive }) => !decisive);
  return (
    <>
      <List of={of.filter(({ decisive }) => decisive)} />
      {others.length > 0 && (
        <details className="fl-fold">
          <summary>
            {others.length} more positions: {names(others)}
          </summary>
          <List of={others} />
        </details>
      )}
    </>
  );
}
