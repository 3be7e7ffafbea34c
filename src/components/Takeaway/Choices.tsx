import useBaseUrl from '@docusaurus/useBaseUrl';
import { type ReactNode, useState } from 'react';
import { citation, embedding } from './address.ts';
import type { TakeawayProps } from './index.tsx';
import { SnippetField } from './SnippetField.tsx';

/** What the last button gave. */
type Given =
  | { readonly kind: 'said'; readonly text: string }
  | { readonly kind: 'citation'; readonly line: string }
  | { readonly kind: 'snippet'; readonly snippet: string };

/** What a press gave, for those who do not see it come up. */
function saidOf(given: Given): string {
  if (given.kind === 'said') return given.text;
  return given.kind === 'citation' ? 'The citation, to copy:' : 'The snippet, to copy:';
}

/** The buttons, and below them what the last of them gave. */
export default function Choices({ state, question, savings = [] }: TakeawayProps): ReactNode {
  const [given, setGiven] = useState<Given>();
  const base = useBaseUrl('/');
  const give = (made: Promise<Given>) => {
    setGiven(undefined);
    made.then(setGiven, error =>
      setGiven({
        kind: 'said',
        text: `Nothing was saved: ${error instanceof Error ? error.message : error}.`,
      }),
    );
  };
  return (
    <>
      <div className="fl-save-actions">
        {savings.map(({ what, save }) => (
          <button
            key={what}
            type="button"
            onClick={() => give(save().then(name => ({ kind: 'said', text: `Saved as ${name}.` })))}
          >
            {what}
          </button>
        ))}
        <button
          type="button"
          onClick={() => give(citation(state, question).then(line => ({ kind: 'citation', line })))}
        >
          Citation
        </button>
        <button
          type="button"
          onClick={() =>
            give(embedding(state, question, base).then(snippet => ({ kind: 'snippet', snippet })))
          }
        >
          Embed
        </button>
      </div>
      <p className="fl-note" aria-live="polite">
        {given && saidOf(given)}
      </p>
      {given?.kind === 'snippet' && <SnippetField snippet={given.snippet} />}
      {given?.kind === 'citation' && (
        <p className="fl-note">
          <input readOnly aria-label="Citation" value={given.line} onFocus={event => event.target.select()} />
        </p>
      )}
    </>
  );
}
