import type { ReactNode } from 'react';
import { formatNumber } from '../../views/format.ts';
import { formatDate } from '../date.ts';
import { Scroll } from '../Scroll.tsx';

/** What the replay of one recording came to, as the build hands it over. */
interface Replayed {
  readonly name: string;
  readonly families: readonly string[];
  readonly cases: number;
  readonly ops: number;
  readonly mismatches: number;
  readonly kernel: string;
  readonly backend: string;
  readonly recorded: string;
}

function sum(all: readonly Replayed[], key: 'cases' | 'ops' | 'mismatches'): number {
  return all.reduce((total, one) => total + one[key], 0);
}

/** The recordings and what their replay came to when the page was built. */
export default function Conformance({ all }: { readonly all: readonly Replayed[] }): ReactNode {
  const machines = [...new Set(all.map(one => `Linux ${one.kernel}, ${one.backend}`))];
  const days = [...new Set(all.map(({ recorded }) => formatDate(recorded)))];
  return (
    <Scroll label="Recordings">
      <table>
        <caption>
          Recorded on {machines.join('; ')}, {days.join(', ')}
        </caption>
        <thead>
          <tr>
            <th scope="col">Recording</th>
            <th scope="col">Family</th>
            <th scope="col">Cases</th>
            <th scope="col">Operations</th>
            <th scope="col">Mismatches</th>
          </tr>
        </thead>
        <tbody>
          {all.map(({ name, families, cases, ops, mismatches }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{families.join(', ')}</td>
              <td>{formatNumber(cases)}</td>
              <td>{formatNumber(ops)}</td>
              <td>{formatNumber(mismatches)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">together</th>
            <td />
            <td>{formatNumber(sum(all, 'cases'))}</td>
            <td>{formatNumber(sum(all, 'ops'))}</td>
            <td>{formatNumber(sum(all, 'mismatches'))}</td>
          </tr>
        </tfoot>
      </table>
    </Scroll>
  );
}
