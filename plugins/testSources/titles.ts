/** A quoted text, with what quotes it. */
const QUOTED = String.raw`(['"${'`'}])((?:(?!\1)[^\\\n]|\\.)+)\1`;

/** A call of `test`, `it` or `describe`, or of what `test.each` and its like give, with a title first. */
const TITLE = new RegExp(String.raw`(?:\b(?:test|it|describe)(?:\.\w+)*\(|\)\()\s*${QUOTED}`, 'g');

/** Stands in a title for what differs from case to case. */
const CASE = /\$\{[^}]*\}|%[a-z]|\$\w+/g;

/**
 * The titles of the tests in a file and of their groups, with an ellipsis where a case's own words come in.
 *
 * @param source of a test file
 */
export function titlesIn(source: string): ReadonlySet<string> {
  return new Set([...source.matchAll(TITLE)].map(([, , title]) => title.replace(CASE, '…')));
}
