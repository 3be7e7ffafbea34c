/**
 * A docstring's text without the marks that its writer needs and its reader does not: backticks around code, and
 * `{@link Name}` around a name.
 */
export function unmarked(text: string): string {
  return text
    .replace(/\{@link(?:code|plain)?\s+([^}|]*?)(?:\s*\|\s*([^}]*))?\}/g, (_, name, words) => words ?? name)
    .replaceAll('`', '');
}
