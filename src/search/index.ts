/**
 * Finds sections of the site by words: BM25 over title, heading and text, with the best section standing for its page.
 * Knows plain data only; the index is made when the site is built.
 */
import { wordsOf } from './words.ts';

/** A section of a page, as the build cuts it. */
export interface Section {
  /** Address below the site's base, with the section's anchor: `debates/pinning/#positions`. */
  readonly path: string;
  /** The page's title. */
  readonly title: string;
  /** The section's own heading; empty for the page's beginning. */
  readonly heading: string;
  readonly text: string;
  /** How much being found in it counts beside other sections; 1 where nothing is said. */
  readonly weight?: number;
}

/** A section that was found. */
export interface Found {
  readonly section: Section;
  readonly score: number;
  /** A piece of the text around the first word that was found. */
  readonly excerpt: string;
}

interface Entry {
  readonly section: Section;
  /** How often each word occurs, title and heading counted by their weight. */
  readonly counts: ReadonlyMap<string, number>;
  readonly length: number;
}

/** How much an occurrence in title and heading counts beside one in the text. */
const WEIGHTS = { title: 5, heading: 6, text: 1 } as const;
/** BM25's two constants, at their usual values. */
const SATURATION = 1.2;
const LENGTH_SHARE = 0.6;
/** Characters of an excerpt. */
const EXCERPT = 150;

/** An index in memory, ready to be asked. */
export class SearchIndex {
  readonly #entries: readonly Entry[];
  readonly #spread = new Map<string, number>();
  readonly #vocabulary: readonly string[];
  readonly #average: number;

  constructor(sections: readonly Section[]) {
    this.#entries = sections.map(section => {
      const counts = new Map<string, number>();
      for (const [field, weight] of Object.entries(WEIGHTS)) {
        for (const { word } of wordsOf(section[field as keyof typeof WEIGHTS])) {
          counts.set(word, (counts.get(word) ?? 0) + weight);
        }
      }
      for (const word of counts.keys()) this.#spread.set(word, (this.#spread.get(word) ?? 0) + 1);
      return { section, counts, length: [...counts.values()].reduce((sum, count) => sum + count, 0) };
    });
    this.#vocabulary = [...this.#spread.keys()].sort();
    const total = this.#entries.reduce((sum, { length }) => sum + length, 0);
    this.#average = Math.max(1, total / Math.max(1, this.#entries.length));
  }

  /**
   * The best sections for a query, one a page, best first.
   *
   * @param typing the last word may be incomplete
   */
  find(query: string, limit: number, typing = true): Found[] {
    const asked = [...new Set(wordsOf(query).map(({ word }) => word))];
    if (asked.length === 0) return [];
    const groups = asked.map((word, at) => this.#like(word, typing && at === asked.length - 1));
    const best = new Map<string, Found>();
    for (const entry of this.#entries) {
      const scores = groups.map(group =>
        group.reduce((most, { word, share }) => Math.max(most, share * this.#score(entry, word)), 0),
      );
      const matched = scores.filter(score => score > 0).length;
      if (matched === 0) continue;
      // A section that has all the words comes before one that has some of them often.
      const score =
        scores.reduce((sum, one) => sum + one, 0) *
        (matched / asked.length) ** 2 *
        (entry.section.weight ?? 1);
      const page = entry.section.path.replace(/#.*/, '');
      if (score > (best.get(page)?.score ?? 0)) {
        const words = new Set(groups.flat().map(({ word }) => word));
        best.set(page, { section: entry.section, score, excerpt: excerptOf(entry.section.text, words) });
      }
    }
    return [...best.values()].sort((a, b) => b.score - a.score).slice(0, limit);
  }

  /** Words of the site that a word of the query stands for, each with how much it counts. */
  #like(word: string, typing: boolean): { word: string; share: number }[] {
    const exact = this.#spread.has(word) ? [{ word, share: 1 }] : [];
    if (!typing || word.length < 2) return exact;
    const longer = this.#vocabulary.filter(other => other !== word && other.startsWith(word));
    return [...exact, ...longer.map(other => ({ word: other, share: exact.length > 0 ? 0.3 : 0.7 }))];
  }

  #score({ counts, length }: Entry, word: string): number {
    const count = counts.get(word);
    if (count === undefined) return 0;
    const spread = this.#spread.get(word) ?? 0;
    const rarity = Math.log(1 + (this.#entries.length - spread + 0.5) / (spread + 0.5));
    const weight = 1 - LENGTH_SHARE + (LENGTH_SHARE * length) / this.#average;
    return (rarity * count * (SATURATION + 1)) / (count + SATURATION * weight);
  }
}

/** The text around the first of some words, cut at spaces. */
function excerptOf(text: string, words: ReadonlySet<string>): string {
  const at = wordsOf(text).find(({ word }) => words.has(word))?.at ?? 0;
  let from = Math.max(0, at - EXCERPT / 3);
  if (from > 0) from = text.indexOf(' ', from) + 1;
  const end = from + EXCERPT >= text.length ? text.length : text.lastIndexOf(' ', from + EXCERPT);
  return `${from > 0 ? '… ' : ''}${text.slice(from, end)}${end < text.length ? ' …' : ''}`;
}
