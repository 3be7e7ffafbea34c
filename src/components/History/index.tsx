import Link from '@docusaurus/Link';
import type { ReactNode } from 'react';
import { loreUrl } from '../../model/evidence/published.ts';
import { formatDate } from '../date.ts';
import { type EventKind, type History as Events, placeOf } from './history.ts';

const LANE = 46;
const TOP = 26;

const kinds: Readonly<Record<EventKind, string>> = {
  thread: 'the mail a page is about',
  series: 'series or mail',
  merged: 'merged, reverted or released',
};

/** A mark in its kind's shape, around its place. */
function Mark({ kind }: { readonly kind: EventKind }): ReactNode {
  if (kind === 'thread') return <path className="fl-mark-thread" d="M0-8 8 0 0 8-8 0Z" />;
  if (kind === 'merged') return <path className="fl-mark-merged" d="M-5-5H5V5H-5Z" />;
  return <circle className="fl-mark-series" r="4.5" />;
}

const percent = (place: number) => `${(place * 100).toFixed(2)}%`;

/** The debates over the years: a picture with a lane each, and the same events as a table. */
export default function History({ of: { lanes, events, years } }: { readonly of: Events }): ReactNode {
  const height = TOP + lanes.length * LANE;
  const labels = Array.from({ length: years[1] - years[0] + 1 }, (_, at) => years[0] + at);
  return (
    <div className="fl-history">
      <figure>
        <svg
          width="100%"
          height={height}
          role="img"
          aria-label={`Events of the five debates from ${years[0]} to ${years[1]}; the table below lists each.`}
        >
          {labels.map(year => {
            const x = percent(placeOf(`${year}-01-01`, years));
            return (
              <g key={year}>
                <line className="fl-history-year" x1={x} x2={x} y1={TOP - 8} y2={height} />
                <text x={x} dx="3" y="12">
                  {`’${String(year).slice(2)}`}
                </text>
              </g>
            );
          })}
          {lanes.map(({ debate, title }, at) => (
            <g key={debate} transform={`translate(0 ${TOP + at * LANE})`}>
              <text className="fl-history-lane" x="3" y="13">
                {title}
              </text>
              <line className="fl-history-line" x1="0" x2="100%" y1="29" y2="29" />
              {events
                .filter(event => event.debate === debate)
                .map(({ date, kind, what }) => (
                  <svg key={what} x={percent(placeOf(date, years))} y="29" overflow="visible">
                    <title>{`${formatDate(date)}: ${what}`}</title>
                    <Mark kind={kind} />
                  </svg>
                ))}
            </g>
          ))}
        </svg>
        <figcaption>
          {(Object.keys(kinds) as EventKind[]).map(kind => (
            <span key={kind}>
              <svg width="18" height="18" viewBox="-9 -9 18 18" aria-hidden="true">
                <Mark kind={kind} />
              </svg>
              {kinds[kind]}
            </span>
          ))}
        </figcaption>
      </figure>
      <table>
        <thead>
          <tr>
            <th scope="col">Date</th>
            <th scope="col">Debate</th>
            <th scope="col">What happened</th>
          </tr>
        </thead>
        <tbody>
          {events.map(({ date, debate, kind, what, mail }) => (
            <tr key={`${date} ${what}`} className={`fl-history-${kind}`}>
              <td>
                <time dateTime={date}>{formatDate(date)}</time>
              </td>
              <td>
                <Link to={`/debates/${debate}/`}>{lanes.find(lane => lane.debate === debate)?.title}</Link>
              </td>
              <td>{mail ? <a href={loreUrl(mail)}>{what}</a> : what}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
