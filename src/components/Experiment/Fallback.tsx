import type { ReactElement } from 'react';
import DefaultOutcome from './DefaultOutcome.tsx';
import { useFrames } from './frames.ts';

/** What stands in the place of a panel that failed: why, and the default run all the same. */
export function Fallback({
  id,
  brief = false,
  message,
  retry,
}: {
  id: string;
  brief?: boolean;
  message: string;
  retry: () => void;
}): ReactElement {
  const frames = useFrames();
  return (
    <section className="fl-experiment" aria-label={id}>
      <p className="fl-wrong" role="alert">
        The controls of this experiment failed: {message}. Shown: the run with the defaults.
      </p>
      <div className="fl-actions">
        <button type="button" onClick={retry}>
          Try again
        </button>
      </div>
      <DefaultOutcome id={id} part="first" frame={frames.first} />
      {!brief && <DefaultOutcome id={id} part="rest" frame={frames.rest} />}
    </section>
  );
}
