/**
 * Where a link's text stands in an address: in the fragment, as `#s=TEXT`.
 *
 * The fragment never reaches a server, so a reader's program shows up in nobody's log, no server's limit on addresses
 * bears on it, and caches and offline copies see one address a page. A heading's anchor has no `=`, so the two cannot
 * be confused. A page therefore finds the spot to scroll to from the state itself.
 */
const PREFIX = '#s=';

/** The fragment, with its `#`, that carries `text`. */
export function fragmentOf(text: string): string {
  return PREFIX + text;
}

/** What ends no link's text: the bracket or the full stop of a sentence that mail and chat programs take along. */
const TAKEN_ALONG = /(?:[^\w-]|%[\da-f]{2})+$/i;

/** The link text in a fragment, or undefined where the fragment is none of ours. */
export function textIn(fragment: string): string | undefined {
  if (!fragment.startsWith(PREFIX)) return undefined;
  return fragment.slice(PREFIX.length).replace(TAKEN_ALONG, '');
}
