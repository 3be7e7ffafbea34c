/** What stands in a playground when a reader arrives, and where his edits of it are kept. */
import { draftKey } from '../drafts.ts';

/** Where the text in a playground comes from. */
export type Origin =
  /** As the page has it. */
  | { readonly kind: 'page' }
  /** The reader has changed it. */
  | { readonly kind: 'draft' }
  /** Somebody's link brought it. */
  | {
      readonly kind: 'link';
      /** Version of the model it was made with. */
      readonly model: string;
      /** Whether the reader has changed it since. */
      readonly changed: boolean;
    };

export interface Arrival {
  readonly text: string;
  readonly origin: Origin;
  /** The reader's own draft, where something else stands in its place. */
  readonly aside: string | undefined;
  /** Keys of the drafts that his edits go to. */
  readonly keys: readonly string[];
}

/** A program that a link brought. */
export interface Sent {
  readonly source: string;
  readonly model: string;
  /** The fragment it came in. */
  readonly fragment: string;
}

/**
 * A link's program stands before the reader's own draft, which is put aside, never overwritten; but where the link is
 * the reader's own, made from this very draft, it is the draft.
 *
 * @param id the program's.
 * @param own the page's own version.
 * @param read gives the draft kept under a key.
 */
export function arrival(
  id: string,
  own: string,
  sent: Sent | undefined,
  read: (key: string) => string | undefined,
): Arrival {
  const mine = draftKey(id);
  const draft = read(mine);
  if (!sent)
    return {
      text: draft ?? own,
      origin: { kind: draft === undefined ? 'page' : 'draft' },
      aside: undefined,
      keys: [mine],
    };
  const theirs = draftKey(id, sent.fragment);
  if (sent.source === draft)
    return { text: draft, origin: { kind: 'draft' }, aside: undefined, keys: [mine, theirs] };
  if (sent.source === own) return { text: own, origin: { kind: 'page' }, aside: draft, keys: [mine] };
  const edited = read(theirs);
  return {
    text: edited ?? sent.source,
    origin: { kind: 'link', model: sent.model, changed: edited !== undefined },
    aside: draft,
    keys: [theirs],
  };
}
