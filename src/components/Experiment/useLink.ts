import { useLocation } from '@docusaurus/router';
import { useCallback, useEffect, useState } from 'react';
import type { AnyValues, Params } from '../../model/experiments/params.ts';
import { MODEL_VERSION } from '../../model/version.ts';
import { claim, incoming } from '../../playground/link/incoming.ts';
import { isPressed } from '../../playground/link/mend.ts';
import type { ExperimentState } from '../../playground/link/state.ts';
import { type Shared, useShare } from '../../playground/ui/useShare.ts';
import { valuesFrom } from './linkValues.ts';

/** Puts a link that was just made in the address, past the router, which would take it for one that was followed. */
export function putInAddress(fragment: string): void {
  claim(fragment);
  const { pathname, search } = window.location;
  window.history.replaceState(window.history.state, '', pathname + search + fragment);
}

/** What a link sets beside the values, where a reader has it open. */
export type Beside = Pick<ExperimentState, 'compare' | 'sweep'>;

/** What a link brings, fit for the parameters; or what does not fit, as a sentence. */
function broughtBy(params: Params, state: ExperimentState): ({ values: AnyValues } & Beside) | string {
  const values = valuesFrom(params, state.values);
  if (typeof values === 'string') return values;
  const { compare, sweep } = state;
  const other = compare && valuesFrom(params, compare.values);
  if (typeof other === 'string') return other;
  const unknown = Object.keys(sweep?.lists ?? {}).find(name => !Object.hasOwn(params, name));
  if (unknown !== undefined) return `it sweeps “${unknown}”, which is no parameter of this experiment`;
  return {
    values,
    ...(compare && other ? { compare: { values: other, cursor: compare.cursor } } : {}),
    ...(sweep ? { sweep } : {}),
  };
}

/**
 * Links to an experiment with its parameters set, and with the comparison or the sweep that is open.
 *
 * @param arrived told what a link sets that was followed to this experiment, and whether the reader has pressed it on
 *   this site; what comes from elsewhere runs nothing
 */
export function useLink(
  id: string,
  params: Params,
  arrived: (values: AnyValues, beside: Beside, pressed: boolean) => void,
) {
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
        const brought = broughtBy(params, decoded.state);
        if (typeof brought === 'string') {
          setNote({ text: `The link does not fit: ${brought}. Shown: the defaults.` });
          return;
        }
        const { model } = decoded;
        setNote({
          text:
            model === MODEL_VERSION
              ? 'These values came with a link.'
              : `These values came with a link made with version ${model} of the model; this is ${MODEL_VERSION}, so the numbers may differ.`,
        });
        const { values, ...beside } = brought;
        arrived(values, beside, isPressed(key));
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
    share: useCallback(
      (values: AnyValues, beside: Beside) => share({ kind: 'experiment', id, values, ...beside }),
      [id, share],
    ),
    forget: useCallback(() => {
      forget();
      setNote(undefined);
    }, [forget]),
  };
}
