import type { ReactNode } from 'react';
import type { LinkState } from '../../playground/link/state.ts';
import Takeaway from '../Takeaway/index.tsx';

/** Ways to take a program away, or two, as they stand: under the words that experiments have for it. */
export function takeProgram(state: LinkState): ReactNode {
  const title = state.kind === 'pair' ? 'Two programs of Faultlines' : 'A program of Faultlines';
  return <Takeaway state={state} question={title} />;
}
