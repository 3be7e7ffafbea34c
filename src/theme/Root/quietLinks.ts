/** What Docusaurus' links call to fetch the chunks of the pages they lead to. */
interface Fetchers {
  /** Called for every link that comes into view. */
  readonly prefetch: (path: string) => unknown;
  /** Called for the link that a reader points at or touches. */
  readonly preload: (path: string) => unknown;
}

/**
 * Keeps links from fetching every page they lead to as soon as they are seen; a page that a reader points at is still
 * fetched ahead. On a debate page the fetching of some fifty link targets held the main thread longer than the page's
 * own start did.
 *
 * @param holder where Docusaurus keeps its fetchers: the window; its object is frozen, so it is replaced
 */
export function quietLinks(holder: { docusaurus?: Fetchers }): void {
  const { docusaurus } = holder;
  if (docusaurus) holder.docusaurus = { preload: docusaurus.preload, prefetch: () => false };
}
