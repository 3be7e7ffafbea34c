import Link from '@docusaurus/Link';
import { PageMetadata } from '@docusaurus/theme-common';
import type { ReactNode } from 'react';

/** What stands at an address that is nowhere on the site. */
export default function NotFoundContent(): ReactNode {
  return (
    <main className="container margin-vert--xl markdown">
      <PageMetadata title="Page not found" description="There is no page at this address." />
      <h1>Nothing is mapped here</h1>
      <p>This address leads to no page. It may have been mistyped, or the page has another name now.</p>
      <ul>
        <li>
          <Link to="/">The front page</Link> leads to all debates.
        </li>
        <li>
          <Link to="/glossary/">The glossary</Link> explains the words.
        </li>
      </ul>
    </main>
  );
}
