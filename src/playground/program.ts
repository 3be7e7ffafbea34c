/** A program that belongs to a page, as the build hands it to the page. */
import type { Marks } from './editor/pieces.ts';

export interface Program {
  /** Its path below docs/ without `.playground.ts`: `debates/private-memory/first`. Links and drafts name it so. */
  readonly id: string;
  /** The file's own name. */
  readonly file: string;
  readonly source: string;
  readonly marks: Marks;
  /** What it showed when the site was built. */
  readonly recorded: {
    /** As it is drawn. */
    readonly html: string;
    /** In words, for those who do not see it. */
    readonly words: string;
  };
}

/** The lab's programs that are the reader's own: one by itself, and two side by side. */
export const OWN = 'lab/own';
export const LEFT = 'lab/left';
export const RIGHT = 'lab/right';
