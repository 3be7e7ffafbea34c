import type { ReactNode } from 'react';
import { Scroll } from '../Scroll.tsx';

interface Data {
  readonly scenarios: readonly { readonly id: string; readonly what: string; readonly file: string }[];
}

/** Scenarios of the kernel's selftests that are tests of the model. */
export default function Scenarios({ of: { scenarios } }: { readonly of: Data }): ReactNode {
  const ids = new Set(scenarios.map(({ id }) => id));
  return (
    <>
      <p>{ids.size} scenarios are tests of the model. None that was collected is left out.</p>
      <Scroll label="Scenarios that are tests">
        <table>
          <thead>
            <tr>
              <th scope="col">Scenario</th>
              <th scope="col">What the test shows</th>
              <th scope="col">Test</th>
            </tr>
          </thead>
          <tbody>
            {scenarios.map(({ id, what, file }) => (
              <tr key={`${id} ${what} ${file}`}>
                <th scope="row">{id}</th>
                <td>{what}</td>
                <td>
                  <code>{file.replace('src/model/', '')}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}
