import type { ReactNode } from 'react';
import type { StateTable } from '../../model/races/race.ts';

/** The machine's state, with what the last step has changed marked. */
export default function StateTables({
  tables,
  before,
}: {
  tables: readonly StateTable[];
  before: readonly StateTable[];
}): ReactNode {
  return (
    <div className="fl-race-state">
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
    </div>
  );
}
