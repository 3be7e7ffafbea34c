import { useLocation } from '@docusaurus/router';
import { useCallback, useEffect, useState } from 'react';
import type { AnyValues, Params } from '../../model/experiments/params.ts';
import { MODEL_VERSION } from '../../model/version.ts';
import { claim, incoming } from '../../playground/link/incoming.ts';
import { type Shared, useShare } from '../../playground/ui/useShare.ts';
import { valuesFrom } from './linkValues.ts';

/** Puts a link that was just made in the address, past the router, which would take it for one that was followed. */
export function putInAddress(fragment: string): void {
  claim(fragment);
  const { pathname, search } = window.location;
  window.history.replaceState(window.history.state, '', pathname + search + fragment);
}

/**
 * Links to an experiment with its parameters set.
 *
 * @param arrived told the values of a link that was followed to this experiment
 */
export function useLink(id: string, params: Params, arrived: (values: AnyValues) => void) {
  const { hash, key } = useLocation();
  const [note, setNote] = useState<Shared>();

  // biome-ignore lint/correctness/useExhaustiveDependencies: a link is followed each time it is pressed, whatever the caller has become since
  useEffect(() => {
    let current = true;
    incoming(hash).then(
      decoded => {
        if (!current || !decoded?.ok || decoded.state.kind !== 'experiment' || decoded.state.id !== id)
          return;
        claim(hash);
        const values = valuesFrom(params, decoded.state.values);
        if (typeof values === 'string') {
          setNote({ text: `The link does not fit: ${values}. Shown: the defaults.` });
          return;
        }
        const { model } = decoded;
        setNote({
          text:
            model === MODEL_VERSION
              ? 'These values came with a link.'
              : `These values came with a link made with version ${model} of the model; this is ${MODEL_VERSION}, so the numbers may differ.`,
        });
        arrived(values);
      },
      // What is wrong with a link that cannot be read is said once for the page, elsewhere.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [hash, key, id]);

  const { shared, share, forget } = useShare(MODEL_VERSION, putInAddress);
  return {
    note: shared ?? note,
    share: useCallback((values: AnyValues) => share({ kind: 'experiment', id, values }), [id, share]),
    forget: useCallback(() => {
      forget();
      setNote(undefined);
    }, [forget]),
  };
}
