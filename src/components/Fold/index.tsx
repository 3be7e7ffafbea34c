import { useLocation } from '@docusaurus/router';
import { type ReactNode, useEffect, useRef } from 'react';
import { incoming } from '../../playground/link/incoming.ts';

interface Props {
  readonly summary: string;
  /** Id of the experiment or program inside: a link to that opens the fold. */
  readonly holds: string;
  readonly children: ReactNode;
}

/** Detail that a reader opens. What is inside stands in the page all the same: for search, for print, without scripts. */
export default function Fold({ summary, holds, children }: Props): ReactNode {
  const { hash, key } = useLocation();
  const frame = useRef<HTMLDetailsElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a link may be followed twice
  useEffect(() => {
    let current = true;
    incoming(hash).then(
      decoded => {
        if (!current || !decoded?.ok || !frame.current) return;
        const { state } = decoded;
        if (state.kind === 'pair') return;
        if ((state.kind === 'program' ? state.page : state.id) !== holds) return;
        frame.current.open = true;
        frame.current.scrollIntoView();
      },
      // What is wrong with a link that cannot be read is said once for the page, elsewhere.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [hash, key, holds]);

  return (
    <details className="fl-fold" ref={frame}>
      <summary>{summary}</summary>
      <div>{children}</div>
    </details>
  );
}
