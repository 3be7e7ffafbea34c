import Link from '@docusaurus/Link';
import type { ReactNode } from 'react';

interface Props {
  /** Id of the experiment that shows what the sentence says. */
  readonly of: string;
  /** Parameters that differ from their defaults: `guest=sev; cpus=64`. */
  readonly set?: string;
  /** Filled in by plugins/experiments: the addresses this experiment is asked for under, by `set`. */
  readonly links: Readonly<Record<string, string>>;
  readonly children: ReactNode;
}

/** A claim as a link to the experiment that shows it, with its parameters set; following it runs the experiment. */
export default function Try({ of, set = '', links, children }: Props): ReactNode {
  const to = links[set];
  if (to === undefined) throw new Error(`<Try of="${of}" set="${set}">: the build made no such link`);
  return (
    // The part after # carries the values and is no anchor of the page.
    <Link className="fl-try" to={to} data-noBrokenLinkCheck title="Runs the experiment with these values">
      {children}
    </Link>
  );
}
