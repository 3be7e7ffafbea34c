import { describe, expect, it } from 'vitest';
import { search } from '../../engine/explorer/search.ts';
import { checks } from './index.ts';

describe('a promise that no page shows', () => {
  it.each(checks)('is kept in every schedule: $name', ({ build }) => {
    const { complete, schedules, transitions, properties } = search(build);
    expect(complete).toBe(true);
    expect(properties.filter(({ holds }) => !holds)).toEqual([]);
    // More than one schedule: its actors do meet.
    expect(schedules).toBeGreaterThan(1);
    expect({ schedules, transitions }).toMatchSnapshot();
  });
});
