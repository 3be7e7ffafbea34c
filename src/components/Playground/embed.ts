import useBaseUrl from '@docusaurus/useBaseUrl';
import { useCallback } from 'react';
import type { LinkState } from '../../playground/link/state.ts';

/** Makes the snippet that shows a program in somebody else's page; what makes it is fetched with the first. */
export function useEmbed(): (state: LinkState) => Promise<string> {
  const base = useBaseUrl('/');
  return useCallback(
    async state => {
      const { embedding } = await import('../Takeaway/address.ts');
      return embedding(state, 'A program of Faultlines', base);
    },
    [base],
  );
}
