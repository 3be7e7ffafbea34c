import Link from '@docusaurus/Link';
import useBaseUrl from '@docusaurus/useBaseUrl';
import type { ReactNode } from 'react';
import { Scroll } from '../Scroll.tsx';
import type { Kept, Witness } from './shown.ts';

interface Props {
  readonly of: readonly Kept[];
  /** Name of the table, for those who do not see it. */
  readonly label: string;
}

function Shown({ by }: { readonly by: Witness }): ReactNode {
  const base = useBaseUrl('/');
  if (by.kind === 'page') return <Link to={by.to}>{by.what}</Link>;
  if (by.kind === 'command')
    return (
      <>
        <code>{by.run}</code>: {by.what}
      </>
    );
  return (
    <>
      “{by.title}”
      <a className="fl-path" href={`${base}tests/${by.file}.txt`}>
        {by.file}
      </a>
    </>
  );
}

/** Promises, each with what shows it, or the plain word that nothing does. */
export default function Shows({ of, label }: Props): ReactNode {
  return (
    <div className="fl-attempts fl-shows">
      <Scroll label={label}>
        <table>
          <thead>
            <tr>
              <th scope="col">Promise</th>
              <th scope="col">What shows it</th>
            </tr>
          </thead>
          <tbody>
            {of.map(({ promise, by, not }) => (
              <tr key={promise}>
                <td>{promise}</td>
                <td>
                  <ul>
                    {by.map(witness => (
                      <li key={JSON.stringify(witness)}>
                        <Shown by={witness} />
                      </li>
                    ))}
                    {not !== undefined && (
                      <li>
                        <strong>Nothing shows</strong> {not}
                      </li>
                    )}
                  </ul>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </div>
  );
}
