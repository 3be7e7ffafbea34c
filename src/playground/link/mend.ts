/**
 * Client module: a fragment with a broken percent sign in it, as damaged links have, would make the router's own
 * decoding of it throw and take the page down. It is replaced before the router sees it.
 */
import { fragmentOf, textIn } from './address.ts';

/** What stands in for a fragment that cannot be decoded: a link that is damaged, or nothing. */
export function mended(fragment: string): string {
  try {
    decodeURIComponent(fragment);
    return fragment;
  } catch {
    return textIn(fragment) === undefined ? '' : fragmentOf('');
  }
}

/** The router's key of the entry in the browser's history at which the reader came in, if it had one already. */
const cameIn: unknown =
  typeof window === 'undefined' ? undefined : (window.history.state as { key?: unknown } | null)?.key;

/**
 * Whether a place in the browser's history was reached by a link that the reader pressed on this site; else it is the
 * place at which he came in, or was typed.
 *
 * @param key the router's key of the place
 */
export function isPressed(key: string | undefined): boolean {
  return key !== undefined && key !== cameIn;
}

function mend(): void {
  const { pathname, search, hash } = window.location;
  const whole = mended(hash);
  if (whole !== hash) window.history.replaceState(window.history.state, '', `${pathname}${search}${whole}`);
}

if (typeof window !== 'undefined') {
  mend();
  window.addEventListener('popstate', mend);
}
