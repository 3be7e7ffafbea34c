import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { placeOf } from '../../src/components/History/history.ts';
import { debates } from './debates.ts';
import { history } from './history.ts';

const mails = new Map(
  readFileSync(new URL('mails.tsv', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map(line => line.split('\t'))
    .map(([date, id]) => [id, date]),
);

describe('the history of the debates', () => {
  test('has a lane for each debate, and in each lane one mail that the page is about', () => {
    expect(history.lanes.map(({ debate }) => debate)).toEqual(debates.map(({ slug }) => slug));
    for (const { slug, positions } of debates) {
      const threads = history.events.filter(({ debate, kind }) => debate === slug && kind === 'thread');
      expect(threads, slug).toHaveLength(1);
      const cited = positions.flatMap(position => position.mails.map(({ id }) => id));
      expect(cited, slug).toContain(threads[0].mail);
    }
  });

  test('is told in order of date', () => {
    const dates = history.events.map(({ date }) => date);
    expect(dates).toEqual([...dates].sort());
  });

  test('dates each mail as the list of mails does', () => {
    for (const { mail, date, what } of history.events) {
      if (mail) expect(mails.get(mail), what).toBe(date);
    }
    expect(history.events.filter(({ mail }) => !mail)).toHaveLength(6);
  });

  test('places every event within the years shown', () => {
    const places = history.events.map(({ date }) => placeOf(date, history.years));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    expect(places[places.length - 1]).toBeLessThan(1);
    expect(placeOf('2023-01-01', [2019, 2026])).toBe(0.5);
  });
});
