/**
 * Cuts text into the words by which it is found. The same code cuts pages and queries, so both sides agree on what a
 * kernel word is: an identifier counts as a whole and by its parts, `post-copy` also as `postcopy`, `1 GiB` as `1g`.
 */

/** A word and where it stood, in UTF-16 units of the text. */
export interface Word {
  readonly word: string;
  readonly at: number;
}

const STOP = new Set(
  'a an and are as at be by can do does for from has have how if in into is it its of on or that the their them then there they this to was what when where which who why will with'.split(
    ' ',
  ),
);

/** Sizes as people type them. */
const SIZES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    kib: 'k',
    kb: 'k',
    mib: 'm',
    mb: 'm',
    gib: 'g',
    gb: 'g',
    tib: 't',
    tb: 't',
  }),
);

/** Different words for one thing; what is found by one is found by the other. */
const SAME: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ioctls: 'ioctl',
    migrate: 'migration',
    migrating: 'migration',
    uffd: 'userfaultfd',
    gmem: 'guest_memfd',
    guestmemfd: 'guest_memfd',
    wbnoinvd: 'wbinvd',
  }),
);

/** Takes the ending off a plain English word, the same way every time; identifiers keep theirs. */
function stem(word: string): string {
  if (word.length < 4 || /[\d_]/.test(word)) return word;
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:ss|sh|ch|x|z)es$/.test(word)) return word.slice(0, -2);
  if (word.endsWith('s') && !/(?:ss|us|is)$/.test(word)) return word.slice(0, -1);
  for (const ending of ['ning', 'ned', 'ing', 'ed']) {
    if (word.length > ending.length + 2 && word.endsWith(ending)) return word.slice(0, -ending.length);
  }
  return word;
}

/** What a word is looked up by. */
function known(word: string): string {
  const same = SAME.get(word) ?? word;
  return SAME.get(stem(same)) ?? stem(same);
}

/** The words of a text in their order; those that say nothing are left out. */
export function wordsOf(text: string): Word[] {
  const found: Word[] = [];
  const lower = text.toLowerCase().replaceAll('’', "'");
  for (const match of lower.matchAll(/[\p{L}\p{N}_]+(?:-[\p{L}\p{N}_]+)*/gu)) {
    const [whole] = match;
    const at = match.index;
    const parts = whole.split('-');
    let offset = at;
    for (const part of parts) {
      const size = /^(\d+)([kmgt])i?b?$/.exec(part);
      const bare = /^\d+$/.test(part)
        ? /^[ \u00a0]?([kmgt])i?b\b/.exec(lower.slice(offset + part.length))
        : null;
      if (size) found.push({ word: `${size[1]}${size[2]}`, at: offset });
      else if (bare) found.push({ word: `${part}${bare[1]}`, at: offset });
      else if (!STOP.has(part) && !SIZES.has(part)) {
        found.push({ word: known(part), at: offset });
        const pieces = part.split('_').filter(piece => piece !== '' && piece !== part);
        for (const piece of pieces) if (!STOP.has(piece)) found.push({ word: known(piece), at: offset });
      }
      offset += part.length + 1;
    }
    if (parts.length > 1) found.push({ word: known(parts.join('')), at });
  }
  return found;
}
