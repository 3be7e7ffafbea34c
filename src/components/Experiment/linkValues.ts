import { type AnyValues, complaint, defaults, type Params } from '../../model/experiments/params.ts';

/**
 * Checks the values of a link against the parameters.
 *
 * @returns the values, with defaults for what the link leaves out, or a sentence that says what does not fit
 */
export function valuesFrom(params: Params, sent: AnyValues): AnyValues | string {
  for (const [name, value] of Object.entries(sent)) {
    if (!Object.hasOwn(params, name)) return `it sets “${name}”, which is no parameter of this experiment`;
    const wrong = complaint(params[name].label, params[name], value);
    if (wrong) return wrong;
  }
  return { ...defaults(params), ...sent };
}
