import { useCallback, useState } from 'react';
import { fragmentOf } from '../link/address.ts';
import type { LinkState } from '../link/state.ts';
import { loadCodec } from '../load.ts';

/** What came of pressing Share. */
export interface Shared {
  readonly text: string;
  /** The link, where it could not be put on the clipboard and the reader must copy it himself. */
  readonly link?: string;
}

/**
 * Makes links, for programs and experiments alike.
 *
 * @param model version of the model, for the link.
 * @param setFragment puts a fragment in the address.
 */
export function useShare(model: string, setFragment: (fragment: string) => void) {
  const [shared, setShared] = useState<Shared>();

  const share = useCallback(
    async (state: LinkState) => {
      try {
        const { encodeLink } = await loadCodec();
        const fragment = fragmentOf(await encodeLink(state, model));
        setFragment(fragment);
        const link = new URL(fragment, window.location.href).href;
        const copied = await copy(link);
        setShared(
          copied
            ? {
                text: `Link copied: ${link.length} characters.${state.kind === 'program' || state.kind === 'pair' ? ' Nothing runs before its reader presses Run.' : ''}`,
              }
            : { text: `The link has ${link.length} characters; copy it from here:`, link },
        );
      } catch (error) {
        setShared({ text: error instanceof Error ? error.message : 'The link could not be made.' });
      }
    },
    [model, setFragment],
  );

  return { shared, share, forget: useCallback(() => setShared(undefined), []) };
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not every page may, not every reader allows it, and some browsers have none.
    return false;
  }
}
