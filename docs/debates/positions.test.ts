import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loreUrl } from '../../src/model/evidence/published.ts';
import { debates } from './debates.ts';

/** A mail of the list kept beside this test: what is known of it, apart from what the pages say. */
interface Known {
  readonly date: string;
  readonly from: string;
  /** `read`; `second-hand`: known from its header or from quotations; `cited`: linked as a source only. */
  readonly known: string;
}

const [, ...lines] = readFileSync(new URL('mails.tsv', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const mails = new Map<string, Known>(
  lines.map(line => {
    const [date, id, from, known] = line.split('\t');
    return [id, { date, from, known }];
  }),
);

/** The day that a Message-ID itself tells, or undefined: some begin with the time in seconds, some with digits of the date. */
function dayOf(id: string): Date | undefined {
  const digits = /^(20[12]\d)(\d\d)(\d\d)\d{0,6}[.-]/.exec(id);
  if (digits) return new Date(`${digits[1]}-${digits[2]}-${digits[3]}T12:00:00Z`);
  if (!/^[\w+/-]{16}@(google\.com|x1n|linux\.dev)$/.test(id)) return undefined;
  return new Date(Buffer.from(id.slice(0, 8), 'base64').readUInt32BE(0) * 1000);
}

describe('the list of mails', () => {
  test('gives each mail a date, a sender, and how it is known', () => {
    expect(mails.size).toBe(lines.length);
    for (const [id, { date, from, known }] of mails) {
      expect(id, id).toMatch(/^[^\s<>@]+@[^\s<>@]+$/);
      expect(date, id).toMatch(/^20[12]\d-[01]\d(-[0-3]\d)?$/);
      expect(from, id).toMatch(/^\p{Lu}[\p{L}-]+( [\p{L}-]+)+$/u);
      expect(['read', 'second-hand', 'cited'], id).toContain(known);
    }
  });

  test('agrees with the dates that Message-IDs carry, but for the hours between time zones', () => {
    let checked = 0;
    for (const [id, { date }] of mails) {
      const day = dayOf(id);
      if (!day || date.length < 10) continue;
      checked++;
      const hours = Math.abs(day.getTime() - new Date(`${date}T12:00:00Z`).getTime()) / 3_600_000;
      expect(hours, `${id} is dated ${date}, and says itself ${day.toISOString()}`).toBeLessThanOrEqual(30);
    }
    expect(checked).toBeGreaterThanOrEqual(80);
  });
});

for (const { slug, positions, ending } of debates) {
  describe(slug, () => {
    test('names for each position a mail by that person, of that date', () => {
      for (const { who, date, mails: cited } of positions) {
        const mail = mails.get(cited[0].id);
        expect(mail, cited[0].id).toBeDefined();
        expect(who).toContain(mail!.from);
        expect(mail!.date).toBe(date);
      }
    });

    test('cites no mail that is not in the list, and says of each whether it was read', () => {
      for (const { id, secondHand } of positions.flatMap(position => position.mails)) {
        expect(mails.get(id)?.known, id).toBe(secondHand ? 'second-hand' : 'read');
      }
    });

    test('tells positions in order of date', () => {
      const dates = positions.map(({ date }) => date);
      expect(dates).toEqual([...dates].sort());
    });

    test('ends in outcomes whose mails are in the list, as of one day', () => {
      const known = new Set([...mails.keys()].map(loreUrl));
      const links = ending.outcomes.flatMap(({ source }) => source.url ?? []);
      const lore = links.filter(url => url.startsWith('https://lore.kernel.org/'));
      expect(lore.filter(url => !known.has(url))).toEqual([]);
      expect(ending.asOf).toBe(debates[0].ending.asOf);
    });
  });
}
