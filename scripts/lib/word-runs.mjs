import { createHash } from 'node:crypto';

/** Words in a row from which on two texts are held to share a sentence. */
export const RUN = 8;

/**
 * A text as bare words: lower case, no punctuation, no markup, no signs of quotation.
 *
 * @param {string} text mail, MDX or TypeScript
 * @returns {string[]}
 */
export function wordsOf(text) {
  const bare = text
    .replace(/<\/?[A-Za-z][^<>]*>/g, '')
    .toLowerCase()
    .replace(/['’]/g, '');
  return bare.match(/[\p{L}\p{N}_]+/gu) ?? [];
}

/**
 * Every run of {@link RUN} words of a text, with its hash. The hash is 48 bits long: no run can be read back from it, and among
 * some tens of thousands of runs two that differ do not meet by accident.
 *
 * @param {string} text
 * @returns {{ run: string, hash: string }[]}
 */
export function runsOf(text) {
  const words = wordsOf(text);
  const runs = [];
  for (let at = 0; at + RUN <= words.length; at++) {
    const run = words.slice(at, at + RUN).join(' ');
    runs.push({ run, hash: createHash('sha256').update(run).digest('hex').slice(0, 12) });
  }
  return runs;
}
