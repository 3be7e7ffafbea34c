import type { ReactElement, ReactNode } from 'react';
import { TextButton } from './Buttons.tsx';
import type { Text } from './useText.ts';

/** Where a text comes from, in words. */
export const ORIGINS = { page: '', draft: 'edited, kept in this browser', link: 'from a link' } as const;

interface WhenceProps {
  readonly text: Text;
  /** Version of the model. */
  readonly model: string;
  /** Another text has been put in its place, and the button that did it is going. */
  onPut(): void;
}

/** Says where a text comes from that is not the reader's own, and offers what it stands in the place of. */
export function Whence({ text, model, onPut }: WhenceProps): ReactElement | null {
  const { origin, aside } = text;
  const reset = () => {
    text.reset();
    onPut();
  };
  const bringBack = () => {
    text.bringBack();
    onPut();
  };
  if (origin.kind === 'link') {
    return (
      <Notice>
        This program came with a link{origin.changed ? ', and you have changed it' : ''}. It runs when you
        press Run, not before.
        {origin.model === model
          ? ''
          : ` It was written for version ${origin.model} of the model; this is ${model}, so it may show something else.`}{' '}
        <TextButton onPress={reset}>Page’s own version</TextButton>
        {aside !== undefined && (
          <>
            {' '}
            <TextButton onPress={bringBack}>What I had written here</TextButton>
          </>
        )}
      </Notice>
    );
  }
  if (origin.kind === 'page' && aside !== undefined) {
    return (
      <Notice>
        This is the page’s own version. <TextButton onPress={bringBack}>Bring back what was here</TextButton>
      </Notice>
    );
  }
  return null;
}

function Notice({ children }: { readonly children: ReactNode }): ReactElement {
  return <div className="fl-pg-notice">{children}</div>;
}
