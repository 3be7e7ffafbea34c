import Link from '@docusaurus/Link';
import Layout from '@theme/Layout';
import type { ReactElement } from 'react';
import Lab from '../components/Lab/index.tsx';

/** `/lab/`: a page to write programs on. */
export default function LabPage(): ReactElement {
  return (
    <Layout
      title="Lab"
      description="Write a program against the model, run it in the page, compare two, and share them by a link."
    >
      <main className="container container--fluid margin-top--md">
        <h1>Lab</h1>
        <p>
          Write a program, press Run, look at what it shows. <code>{"import … from 'faultlines'"}</code> gives
          you the model: <Link to="/guides/first-experiment/">how to begin</Link>,{' '}
          <Link to="/api/">all it has</Link>. Nothing leaves your browser until you share a link.
        </p>
        <Lab />
      </main>
    </Layout>
  );
}
