/** Lines that hold an address of this site with a state. Loaded when somebody first asks for one. */
import { MODEL_VERSION } from '../../model/version.ts';
import { fragmentOf } from '../../playground/link/address.ts';
import { encodeLink } from '../../playground/link/codec.ts';
import type { LinkState } from '../../playground/link/state.ts';
import { snippetOf } from '../Embed/snippet.ts';

/** What is set in a state, in words. */
function settingsOf(state: LinkState): string {
  if (state.kind === 'experiment') {
    const values = Object.entries(state.values).map(([name, value]) => `${name} ${value}`);
    return values.length > 0 ? `, with ${values.join(', ')}` : '';
  }
  if (state.kind !== 'race') return '';
  const { design, beside, schedule, cursor } = state;
  const other = beside === undefined ? '' : ` beside ${beside}`;
  const step = schedule === '' ? '' : `, step ${cursor} of schedule ${schedule}`;
  return `, with protocol ${design}${other}${step}`;
}

/** What a state is of, and how it is set. */
function nameOf(state: LinkState, question: string): string {
  if (state.kind === 'pair') return 'two programs, as the link has them';
  if (state.kind === 'program')
    return `program${state.page === undefined ? '' : ` ${state.page}`}, as the link has it`;
  return `${state.kind} ${state.id}, “${question}”${settingsOf(state)}`;
}

/**
 * A line to cite a state by, with a link that restores it.
 *
 * @param question that the experiment or race asks; a program asks none
 */
export async function citation(state: LinkState, question: string): Promise<string> {
  const link = await encodeLink(state, MODEL_VERSION);
  const { origin, pathname } = window.location;
  return `Faultlines ${MODEL_VERSION}, ${nameOf(state, question)}. ${origin}${pathname}${fragmentOf(link)}`;
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
