import useBaseUrl from '@docusaurus/useBaseUrl';
import type { ReactNode } from 'react';
import { Scroll } from '../Scroll.tsx';
import type { Attempt } from './attempt.ts';

interface Props {
  readonly of: readonly Attempt[];
  /** Name of the table, for those who do not see it. */
  readonly label: string;
}

/** What was tried, what happens, and the test that shows it. */
export default function Attempts({ of, label }: Props): ReactNode {
  const base = useBaseUrl('/');
  return (
    <div className="fl-attempts">
      <Scroll label={label}>
        <table>
          <thead>
            <tr>
              <th scope="col">Tried</th>
              <th scope="col">What happens</th>
              <th scope="col">Test</th>
            </tr>
          </thead>
          <tbody>
            {of.map(({ tried, happens, file, test }) => (
              <tr key={file + test}>
                <td>{tried}</td>
                <td>{happens}</td>
                <td>
                  “{test}”
                  <a className="fl-path" href={`${base}tests/${file}.txt`}>
                    {file}
                  </a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </div>
  );
}
