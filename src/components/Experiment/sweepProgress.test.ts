import { expect, test } from 'vitest';
import { progressText, timeLeft } from './sweepProgress.ts';

test('the time left is that of the points that have run, for those that have not', () => {
  expect(timeLeft(0, 10, 500)).toBeUndefined();
  expect(timeLeft(2, 10, 500)).toBe(2000);
  expect(timeLeft(2.5, 10, 500)).toBe(1500);
  expect(timeLeft(10, 10, 500)).toBe(0);
});

test.each([
  [{ running: false, done: 0, total: 0 }, 0, 'Not run yet.'],
  [{ running: true, done: 0, total: 6 }, 0, '0 of 6 points …'],
  [{ running: true, done: 2, total: 6, left: 1500 }, 0, '2 of 6 points, about 2 s left …'],
  [{ running: false, done: 2, total: 6 }, 0, 'Stopped: 2 of 6 points are kept; Run goes on with the others.'],
  [{ running: false, done: 5, total: 6 }, 1, 'Done: 5 of 6 points. 1 failed.'],
  [{ running: false, done: 6, total: 6 }, 0, 'Done: 6 of 6 points.'],
])('%j, %i failed', (progress, failed, text) => {
  expect(progressText(progress, failed)).toBe(text);
});
