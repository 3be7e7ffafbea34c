/** What the site keeps for reading without a network: files by their path below the site's base, with their hashes. */
export interface Manifest {
  /** Hash of all of it: one build, one version. */
  readonly version: string;
  /** SHA-256 of each file in hexadecimal. */
  readonly files: Readonly<Record<string, string>>;
}

/** The page that stands at addresses which are nowhere on the site. */
export const NOWHERE = '404.html';

/** Files whose names change with their content: what is kept of them is never out of date. */
export function isHashed(path: string): boolean {
  return path.startsWith('assets/');
}

/**
 * The file that answers an address, or where it leads.
 *
 * @param path of the address below the site's base, without its query
 * @param has whether a file is kept
 */
export function fileFor(
  path: string,
  has: (file: string) => boolean,
): { readonly file: string } | { readonly redirect: string } {
  const file = path === '' || path.endsWith('/') ? `${path}index.html` : path;
  if (has(file)) return { file };
  if (!file.endsWith('index.html') && has(`${file}/index.html`)) return { redirect: `${path}/` };
  return { file: NOWHERE };
}
