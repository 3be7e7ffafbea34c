/**
 * The link in the address, decoded once for everybody on the page who might be meant by it. The codec is fetched only
 * where there is one.
 */

import { loadCodec } from '../load.ts';
import { textIn } from './address.ts';
import type { Decoded } from './codec.ts';

let last: { text: string; decoded: Promise<Decoded> } | undefined;
const claimed = new Set<string>();

/**
 * @param fragment of the address, with its `#`.
 * @returns undefined where it carries no link.
 */
export async function incoming(fragment: string): Promise<Decoded | undefined> {
  const text = textIn(fragment);
  if (text === undefined) return undefined;
  if (last?.text !== text) last = { text, decoded: loadCodec().then(({ decodeLink }) => decodeLink(text)) };
  return last.decoded;
}

/** Says that somebody on the page has taken the link's state. */
export function claim(fragment: string): void {
  claimed.add(fragment);
}

/** Whether anybody has. */
export function isClaimed(fragment: string): boolean {
  return claimed.has(fragment);
}
