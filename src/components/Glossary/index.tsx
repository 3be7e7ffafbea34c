import useBrokenLinks from '@docusaurus/useBrokenLinks';
import type { ReactNode } from 'react';
import { entries } from './terms.ts';

/** Every term of the glossary, each with an anchor. */
export default function Glossary(): ReactNode {
  const { collectAnchor } = useBrokenLinks();
  for (const { id } of entries) collectAnchor(id);
  return (
    <dl className="fl-glossary">
      {entries.map(({ id, term, text }) => (
        <div key={id}>
          <dt id={id}>{term}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
