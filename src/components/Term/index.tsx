import Link from '@docusaurus/Link';
import type { ReactNode } from 'react';
import type { Entry } from '../Glossary/terms.ts';

interface Props {
  /** The term's id in the glossary. */
  readonly id: string;
  /** Filled in from the id when the page is built. */
  readonly entry: Entry;
  /** The word as the sentence has it; the term itself when left out. */
  readonly children?: ReactNode;
}

/** A word with its meaning: a link to the glossary that says it on pointing. */
export default function Term({ entry, children }: Props): ReactNode {
  return (
    <Link className="fl-term" to={`/glossary/#${entry.id}`} title={entry.text}>
      {children ?? entry.term}
    </Link>
  );
}
