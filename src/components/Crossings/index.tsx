import Link from '@docusaurus/Link';
import type { ReactNode } from 'react';
import type { Lane } from '../History/history.ts';
import type { Crossing } from './crossing.ts';

interface Props {
  readonly lanes: readonly Lane[];
  readonly of: readonly Crossing[];
}

const CENTRE = { x: 180, y: 150 } as const;
const RADIUS = { x: 118, y: 108 } as const;

/** Places on an ellipse, the first one on top; rounded, so that server and browser write the same. */
function placesOf(count: number): { x: number; y: number }[] {
  return Array.from({ length: count }, (_, at) => {
    const angle = (2 * Math.PI * at) / count - Math.PI / 2;
    return {
      x: Math.round(CENTRE.x + RADIUS.x * Math.cos(angle)),
      y: Math.round(CENTRE.y + RADIUS.y * Math.sin(angle)),
    };
  });
}

/** How the debates touch each other: a picture with a numbered line a crossing, and the numbers spelled out. */
export default function Crossings({ lanes, of }: Props): ReactNode {
  const places = placesOf(lanes.length);
  const at = (debate: string) => lanes.findIndex(lane => lane.debate === debate);
  const title = (debate: string) => lanes[at(debate)].title;
  return (
    <div className="fl-crossings">
      <svg
        viewBox="0 0 360 300"
        role="img"
        aria-label="The five debates and where they touch, as listed below"
      >
        {of.map(({ between: [a, b], what }, index) => {
          const [from, to] = [places[at(a)], places[at(b)]];
          return (
            <g key={what}>
              <line x1={from.x} y1={from.y} x2={to.x} y2={to.y} />
              <circle className="fl-crossing" cx={(from.x + to.x) / 2} cy={(from.y + to.y) / 2} r="10" />
              <text x={(from.x + to.x) / 2} y={(from.y + to.y) / 2 + 4}>
                {index + 1}
              </text>
            </g>
          );
        })}
        {lanes.map(({ debate, title: name }, index) => (
          <g key={debate}>
            <rect x={places[index].x - 62} y={places[index].y - 17} width="124" height="34" rx="4" />
            {name.split(' ').length > 2 || name.length > 18 ? (
              <text x={places[index].x} y={places[index].y - 2}>
                <tspan>{name.slice(0, name.lastIndexOf(' '))}</tspan>
                <tspan x={places[index].x} dy="13">
                  {name.slice(name.lastIndexOf(' ') + 1)}
                </tspan>
              </text>
            ) : (
              <text x={places[index].x} y={places[index].y + 4}>
                {name}
              </text>
            )}
          </g>
        ))}
      </svg>
      <ol>
        {of.map(({ between, what }) => (
          <li key={what}>
            <Link to={`/debates/${between[0]}/`}>{title(between[0])}</Link>
            {' and '}
            <Link to={`/debates/${between[1]}/`}>{title(between[1])}</Link>
            {`: ${what}`}
          </li>
        ))}
      </ol>
    </div>
  );
}
