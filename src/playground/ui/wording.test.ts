import { expect, test } from 'vitest';
import type { Outcome } from '../run.ts';
import { reportOf } from './wording.ts';

const text = (outcome: Outcome, cut = false) => reportOf(outcome, '1 table', 12.4, cut).text;

test('each ending has its words', () => {
  expect(text({ kind: 'done' })).toBe('Done in 12 ms: 1 table.');
  expect(text({ kind: 'done' }, true)).toBe(
    'Done in 12 ms: 1 table. The rest is left out: a run may show 1000 things of 1000000 characters together.',
  );
  expect(text({ kind: 'stopped' })).toBe('Stopped.');
  expect(text({ kind: 'timeout', milliseconds: 5000 })).toMatch(/^Stopped after 5 s/);
  expect(text({ kind: 'too-much', what: 'messages' })).toMatch(
    /^Stopped: it sent more than the 1500 messages that the page takes of a run\. /,
  );
  expect(text({ kind: 'misfit', why: "'columns' of a table is not a list of at most 40" })).toBe(
    "Stopped: it sent something that cannot be shown: 'columns' of a table is not a list of at most 40.",
  );
  expect(text({ kind: 'broken', message: 'why' })).toBe('It could not be run: why');
  expect(reportOf({ kind: 'refused', line: 3, message: 'No.' }, '', 0, false)).toEqual({
    good: false,
    text: 'Line 3: No. Nothing was run.',
    lines: [3],
  });
});

test('an error names its line and the way there, and hides nothing', () => {
  const frames = [
    { name: 'f', line: 2 },
    { name: 'f', line: 2 },
    { name: 'g', line: 5 },
    { name: '', line: 9 },
  ];
  expect(
    reportOf({ kind: 'failed', failure: { message: 'E: a\u202eb', line: 2, frames } }, '', 0, false),
  ).toEqual({
    good: false,
    text: 'Line 2: E: a\\u202eb. Called from line 5 (g), line 9.',
    lines: [2, 5, 9],
  });
  expect(text({ kind: 'failed', failure: { message: 'E', frames: [] } })).toBe('E.');
});
