import type { ReactNode } from 'react';
import { Scroll } from '../Scroll.tsx';

interface Data {
  readonly scenarios: readonly { readonly id: string; readonly what: string; readonly file: string }[];
  readonly leftOut: readonly { readonly id: string; readonly selftest: string; readonly reason: string }[];
}

/** Scenarios of the kernel's selftests that are tests of the model, and those that it has no place for. */
export default function Scenarios({ of: { scenarios, leftOut } }: { readonly of: Data }): ReactNode {
  const ids = new Set(scenarios.map(({ id }) => id));
  return (
    <>
      <p>
        {ids.size} scenarios are tests of the model; {leftOut.length} have no place in it.
      </p>
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
      <h3 id="left-out">Left out</h3>
      <Scroll label="Scenarios left out">
        <table>
          <thead>
            <tr>
              <th scope="col">Scenario</th>
              <th scope="col">Selftest</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {leftOut.map(({ id, selftest, reason }) => (
              <tr key={id}>
                <th scope="row">{id}</th>
                <td>{selftest}</td>
                <td>{reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}
