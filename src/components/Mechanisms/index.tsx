import Link from '@docusaurus/Link';
import type { ReactNode } from 'react';
import type { Mechanism } from './mechanism.ts';

interface Props {
  readonly of: readonly Mechanism[];
  /** Titles of the debates, by folder. */
  readonly titles: Readonly<Record<string, string>>;
}

function Paths({ of }: { readonly of: readonly string[] }): ReactNode {
  return of.map(path => (
    <span className="fl-path" key={path}>
      <code>{path.replace('src/model/', '')}</code>
    </span>
  ));
}

/** Every mechanism of the threads: where it is in the model, what tests it, and where it can be seen. */
export default function Mechanisms({ of, titles }: Props): ReactNode {
  return Object.entries(titles).map(([debate, title]) => (
    <section className="fl-mechanisms" key={debate}>
      <h2>
        <Link to={`/debates/${debate}/`}>{title}</Link>
      </h2>
      <div className="fl-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Mechanism</th>
              <th scope="col">Files</th>
              <th scope="col">Tests</th>
              <th scope="col">Seen on</th>
            </tr>
          </thead>
          <tbody>
            {of
              .filter(one => one.debate === debate)
              .map(({ what, files, tests, page }) => (
                <tr key={what}>
                  <td>{what}</td>
                  <td>
                    <Paths of={files} />
                  </td>
                  <td>
                    <Paths of={tests} />
                  </td>
                  <td>
                    <Link to={page}>{page.replace(/^\/(?:debates\/)?|\/$/g, '')}</Link>
                  </td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </section>
  ));
}
