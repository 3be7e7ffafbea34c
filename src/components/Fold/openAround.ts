/**
 * Opens every folded part around the element that a fragment names, and brings it into sight where one was closed.
 *
 * @param hash fragment of the address, with its `#`.
 */
export function openAround(document: Pick<Document, 'getElementById'>, hash: string): void {
  let id: string;
  try {
    id = decodeURIComponent(hash.slice(1));
  } catch {
    // A fragment that is no text names nothing.
    return;
  }
  const target = document.getElementById(id);
  let wasClosed = false;
  for (let at = target?.parentElement; at; at = at.parentElement) {
    if (at.tagName !== 'DETAILS' || at.hasAttribute('open')) continue;
    at.setAttribute('open', '');
    wasClosed = true;
  }
  if (wasClosed) target?.scrollIntoView();
}
