/** Lines that hold an address of this site with a state. Loaded when somebody first asks for one. */
import { MODEL_VERSION } from '../../model/version.ts';
import { fragmentOf } from '../../playground/link/address.ts';
import { encodeLink } from '../../playground/link/codec.ts';
import type { LinkState } from '../../playground/link/state.ts';
import { snippetOf } from '../Embed/snippet.ts';

/**
 * A line to cite a state by, with a link that restores it.
 *
 * @param what is cited, in words
 */
export async function citation(state: LinkState, what: string): Promise<string> {
  const link = await encodeLink(state, MODEL_VERSION);
  const { origin, pathname } = window.location;
  return `Faultlines ${MODEL_VERSION}, ${what}. ${origin}${pathname}${fragmentOf(link)}`;
}

/**
 * The snippet that shows a state of this site in somebody else's page.
 *
 * @param base path of the site, with a slash at both ends
 */
export async function embedding(state: LinkState, title: string, base: string): Promise<string> {
  const link = await encodeLink(state, MODEL_VERSION);
  return snippetOf(`${window.location.origin}${base}embed/${fragmentOf(link)}`, title);
}
