import { useDoc } from '@docusaurus/plugin-content-docs/client';
import useDocusaurusContext from '@docusaurus/useDocusaurusContext';
import type { ReactElement } from 'react';
import CitePage from '../../../components/CitePage/index.tsx';

/** The foot of every page of the documentation. */
export default function DocItemFooter(): ReactElement {
  const { metadata } = useDoc();
  const { siteConfig } = useDocusaurusContext();
  // The servers' form of an address, which not every permalink has.
  const path = `${metadata.permalink.replace(/\/$/, '')}/`;
  return (
    <footer className="docusaurus-mt-lg">
      <CitePage title={metadata.title} path={path} origin={new URL(siteConfig.url).origin} />
    </footer>
  );
}
