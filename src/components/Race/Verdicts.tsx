import type { ReactNode } from 'react';
import { formatNumber } from '../../views/format.ts';
import type { DesignDefinition, Explored } from './definition.ts';

/** What a search says of one property, in words. */
function verdictOf({ holds, steps, shortest }: Explored['properties'][number], complete: boolean): string {
  if (holds) return complete ? 'holds in every schedule' : 'not broken so far';
  return `counterexample, ${steps} steps${shortest ? '' : ' (perhaps not the fewest)'}`;
}

/** The properties of one design, each with its verdict and, where one broke it, a way to step through. */
export function PropertyTable({
  result,
  onStep,
}: {
  result: Explored;
  onStep?: (schedule: string) => void;
}): ReactNode {
  return (
    <table className="fl-race-properties">
      <thead>
        <tr>
          <th scope="col">Property</th>
          <th scope="col">Verdict</th>
        </tr>
      </thead>
      <tbody>
        {result.properties.map(property => (
          <tr key={property.name} data-holds={property.holds}>
            <th scope="row">{property.name}</th>
            <td>
              {verdictOf(property, result.complete)}
              {property.what !== null && <span className="fl-race-what">: {property.what}</span>}{' '}
              {property.schedule !== null && onStep && (
                <button type="button" onClick={() => onStep(property.schedule ?? '')}>
                  Step through<span className="fl-legend-text"> the counterexample to: {property.name}</span>
                </button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const ORDERS = { sc: 'sequentially consistent', ra: 'release/acquire', tso: 'x86 TSO' } as const;

/** Every design of a race: what was left out, what that breaks, and the schedule that shows it. */
export function DesignTable({ designs }: { designs: readonly DesignDefinition[] }): ReactNode {
  return (
    <details className="fl-fold">
      <summary>What each of the {designs.length} protocols keeps, and which weakening breaks what</summary>
      <div className="fl-race-scroll">
        <table className="fl-race-designs">
          <thead>
            <tr>
              <th scope="col">Protocol</th>
              <th scope="col">Weakening</th>
              <th scope="col">Breaks</th>
              <th scope="col">Schedules</th>
            </tr>
          </thead>
          <tbody>
            {designs.map(({ name, title, weakening, memory, result, steps }) => (
              <tr key={name}>
                <th scope="row">
                  {title}
                  {memory !== 'sc' && <span className="fl-help"> ({ORDERS[memory]})</span>}
                </th>
                <td>{weakening ?? 'none'}</td>
                <td>
                  {result.properties.some(({ holds }) => !holds) ? (
                    <>
                      {result.properties
                        .filter(({ holds }) => !holds)
                        .map(property => property.name)
                        .join('; ')}
                      <details>
                        <summary>{steps.length} steps</summary>
                        <ol className="fl-race-told">
                          {steps.map(([actor, what], i) => (
                            // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place in the schedule
                            <li key={i}>
                              <b>{actor}</b> {what}
                            </li>
                          ))}
                        </ol>
                      </details>
                    </>
                  ) : (
                    'nothing'
                  )}
                </td>
                <td>
                  {formatNumber(result.schedules)}
                  {result.complete ? ', all' : `, ${result.bound}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
