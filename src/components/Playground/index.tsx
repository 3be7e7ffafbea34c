import ErrorBoundary from '@docusaurus/ErrorBoundary';
import { useHistory, useLocation } from '@docusaurus/router';
import useBaseUrl from '@docusaurus/useBaseUrl';
import useIsBrowser from '@docusaurus/useIsBrowser';
import { type ReactElement, useCallback } from 'react';
import { MODEL_VERSION } from '../../model/version.ts';
import type { Program } from '../../playground/program.ts';
import { Fallen } from '../../playground/ui/Fallen.tsx';
import { PlaygroundView } from '../../playground/ui/PlaygroundView.tsx';
import '../../playground/playground.css';
import { loadRunner, loadTypes } from './runner.ts';
import { takeProgram } from './takeProgram.tsx';

interface PlaygroundProps {
  /** Put there by the build for the `file` that the page names. */
  readonly program: Program;
  /** Wall time in seconds a run may take; 5 when left out. */
  readonly seconds?: number;
}

function Alive({ program, seconds }: PlaygroundProps): ReactElement {
  const alive = useIsBrowser();
  const { hash, pathname, search } = useLocation();
  const history = useHistory();
  const setFragment = useCallback(
    (fragment: string) => history.replace({ pathname, search, hash: fragment }),
    [history, pathname, search],
  );
  const lab = useBaseUrl('/lab/');
  const toLab = useCallback(
    (fragment: string) => history.push({ pathname: lab, hash: fragment }),
    [history, lab],
  );
  return (
    <PlaygroundView
      program={program}
      milliseconds={seconds === undefined ? undefined : seconds * 1000}
      model={MODEL_VERSION}
      runner={loadRunner}
      types={loadTypes}
      fragment={alive ? hash : ''}
      setFragment={setFragment}
      alive={alive}
      onLab={toLab}
      takeaway={takeProgram}
    />
  );
}

/** `<Playground file="first" />`: the program `first.playground.ts` beside the page. A failure stays inside its frame. */
export default function Playground(props: PlaygroundProps): ReactElement {
  return (
    <ErrorBoundary
      fallback={({ error, tryAgain }) => (
        <Fallen program={props.program} why={error.message} retry={tryAgain} />
      )}
    >
      <Alive {...props} />
    </ErrorBoundary>
  );
}
