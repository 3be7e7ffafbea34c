import type { ReactNode } from 'react';
import type { StateTable } from '../../model/races/race.ts';

/** The machine's state, with what differs from another moment marked: mostly, what the last step has changed. */
export default function StateTables({
  label,
  tables,
  before,
}: {
  /** What the region is called. */
  label: string;
  tables: readonly StateTable[];
  /** What they are held against: what is not the same is marked. */
  before: readonly StateTable[];
}): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section className="fl-race-scroll" tabIndex={0} aria-label={label}>
      {tables.map(({ title, columns, rows }, t) => (
        <table key={title}>
          <caption>{title}</caption>
          <thead>
            <tr>
              {columns.map(column => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, r) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place in the machine
              <tr key={r}>
                {row.map((cell, c) => {
                  const changed = before[t]?.rows[r]?.[c] !== cell;
                  return <td key={columns[c]}>{changed ? <mark>{cell}</mark> : cell}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </section>
  );
}
