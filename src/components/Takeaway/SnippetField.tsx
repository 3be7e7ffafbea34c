import type { ReactElement } from 'react';

/** What to put in a page of one's own, to copy from. */
export function SnippetField({ snippet }: { readonly snippet: string }): ReactElement {
  return (
    <p className="fl-note">
      For a page of your own; the script gives the frame its height.
      <textarea
        readOnly
        aria-label="Snippet to embed"
        rows={8}
        value={snippet}
        onFocus={event => event.target.select()}
      />
    </p>
  );
}
