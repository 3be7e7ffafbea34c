import { expect, test } from 'vitest';
import { shownBy } from '../../plugins/playgrounds/execute.ts';

test('a timeline: the two workers wait for slots_lock', async () => {
  const [timeline] = await shownBy(new URL('timeline.playground.ts', import.meta.url));
  if (timeline.kind !== 'timeline') throw new Error('a timeline is shown');
  for (const worker of ['worker 0', 'worker 1']) {
    const lane = timeline.lanes.find(({ name }) => name === worker);
    expect(lane?.slices[0]).toMatchObject({ name: 'slots_lock', kind: 'wait' });
  }
});
