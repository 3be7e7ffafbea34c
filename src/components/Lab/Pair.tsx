import { useHistory, useLocation } from '@docusaurus/router';
import useIsBrowser from '@docusaurus/useIsBrowser';
import { type ReactElement, useCallback } from 'react';
import { MODEL_VERSION } from '../../model/version.ts';
import type { Program } from '../../playground/program.ts';
import { PairView } from '../../playground/ui/PairView.tsx';
import '../../playground/playground.css';
import { loadRunner, loadTypes } from '../Playground/runner.ts';
import { takeProgram } from '../Playground/takeProgram.tsx';

/** Two programs beside each other, without the lab around them. */
export default function Pair({
  pair,
}: {
  readonly pair: readonly [left: Program, right: Program];
}): ReactElement {
  const alive = useIsBrowser();
  const { hash, pathname, search } = useLocation();
  const history = useHistory();
  const setFragment = useCallback(
    (fragment: string) => history.replace({ pathname, search, hash: fragment }),
    [history, pathname, search],
  );
  return (
    <PairView
      pair={pair}
      model={MODEL_VERSION}
      runner={loadRunner}
      types={loadTypes}
      fragment={alive ? hash : ''}
      setFragment={setFragment}
      alive={alive}
      takeaway={takeProgram}
    />
  );
}
