import type { ReactElement } from 'react';
import { CLASSES, linesOf, type Marks } from '../editor/pieces.ts';
import { visible } from '../protocol/visible.ts';

interface StaticCodeProps {
  readonly text: string;
  readonly marks: Marks;
  /** What it is called for those who do not see it. */
  readonly label: string;
  /** Lines on which something failed, from 1. */
  readonly problems: readonly number[];
}

/**
 * A program as text with line numbers, in the box that the editor will have. The numbers are no text, so that what is
 * copied is the program alone.
 */
export function StaticCode({ text, marks, label, problems }: StaticCodeProps): ReactElement {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and so must be within reach of the keyboard
    <section className="fl-pg-static" aria-label={label} tabIndex={0} translate="no">
      <code>
        {linesOf(text, marks).map((pieces, index) => {
          const line = index + 1;
          return (
            <span
              key={line}
              className={problems.includes(line) ? 'fl-pg-line fl-pg-problem-line' : 'fl-pg-line'}
            >
              {pieces.map(({ text: piece, mark }, at) => {
                const key = `${line}.${at}`;
                return (
                  <span key={key} className={mark === undefined ? undefined : CLASSES[mark]}>
                    {visible(piece)}
                  </span>
                );
              })}
              {'\n'}
            </span>
          );
        })}
      </code>
    </section>
  );
}
