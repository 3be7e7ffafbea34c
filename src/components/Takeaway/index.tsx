import { lazy, type ReactNode, Suspense, useState } from 'react';
import type { LinkState } from '../../playground/link/state.ts';

/** Fetched when somebody opens it. */
const Choices = lazy(() => import('./Choices.tsx'));

/** A file that can be saved. */
export interface Saving {
  readonly what: string;
  /** Saves it and gives its name. */
  save(): Promise<string>;
}

/** What can be taken away, and as it stands now. */
export interface TakeawayProps {
  /** What a link to it holds. */
  readonly state: LinkState;
  /** What it asks, or what it is: for citations, and for those who do not see the frame. */
  readonly question: string;
  readonly savings?: readonly Saving[];
}

/** Ways to take a thing away: files of it, a citation, and a snippet for somebody's own page. */
export default function Takeaway(props: TakeawayProps): ReactNode {
  const [opened, setOpened] = useState(false);
  return (
    <details className="fl-save" onToggle={event => event.currentTarget.open && setOpened(true)}>
      <summary>{props.savings ? 'Save, cite or embed' : 'Cite or embed'}</summary>
      {opened && (
        <Suspense fallback={<p className="fl-help">Loading …</p>}>
          {/* What was given is of the state it was asked for. */}
          <Choices key={JSON.stringify(props.state)} {...props} />
        </Suspense>
      )}
    </details>
  );
}
