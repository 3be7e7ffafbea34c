/**
 * Keeps what readers write, in their own browser, so that leaving a page or reloading it loses nothing. A draft is only
 * ever put back into an editor; it is never run.
 *
 * Storage may be missing, full, shared with other tabs or hold what somebody else put there; none of that is an error.
 */

/** What of `localStorage` is used. */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const KEY = 'faultlines:drafts';

/** Drafts kept; the ones that were touched longest ago go first. */
const MAX_DRAFTS = 50;
/** UTF-16 units of all drafts together; browsers give a site some five million. */
const MAX_CHARACTERS = 1_000_000;

type Entry = readonly [key: string, text: string];

/** The browser's own store, or undefined where it may not be used. */
export function browserStore(): Store | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

/** The key of a program's draft; a program from a link has drafts of its own, apart from the page's. */
export function draftKey(program: string, link?: string): string {
  return link === undefined ? program : `${program}#${link}`;
}

/** What the reader last wrote under a key. */
export function readDraft(store: Store | undefined, key: string): string | undefined {
  return entries(store).find(entry => entry[0] === key)?.[1];
}

/**
 * Keeps what the reader wrote, or forgets it.
 *
 * @param text undefined where it is no longer different from the page's own.
 */
export function writeDraft(store: Store | undefined, key: string, text: string | undefined): void {
  if (!store) return;
  const others = entries(store).filter(entry => entry[0] !== key);
  const all: Entry[] = text === undefined ? others : [[key, text], ...others];
  let room = MAX_CHARACTERS;
  const kept = all.slice(0, MAX_DRAFTS).filter(([name, draft]) => {
    room -= name.length + draft.length;
    return room >= 0;
  });
  try {
    if (kept.length === 0) store.removeItem(KEY);
    else store.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Full or forbidden: the text is still in the editor, and that is all that can be done.
  }
}

/** Newest first. */
function entries(store: Store | undefined): Entry[] {
  try {
    const stored: unknown = JSON.parse(store?.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is Entry {
  return Array.isArray(value) && value.length === 2 && value.every(part => typeof part === 'string');
}
