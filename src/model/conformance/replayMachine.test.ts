import { describe, expect, it } from 'vitest';
import { profile } from '../arch/profile.ts';
import type { Actor } from '../engine/step.ts';
import { POINT } from '../engine/step.ts';
import { ReplayMachine } from './replayMachine.ts';

function* forEver(step: number): Actor {
  for (;;) yield step;
}

function* atOnce(): Actor<string> {
  yield POINT;
  return 'done';
}

describe('a machine for a replay', () => {
  it.each([
    ['without ever waiting', POINT],
    ['a nanosecond at a time', 1],
  ])('ends an operation that goes on for ever %s, and takes no other one', (_, step) => {
    const machine = new ReplayMachine({ profile: profile(), memoryFailure: true });
    expect(machine.start(machine.main, atOnce())).toEqual({ done: true, result: 'done' });
    expect(() => machine.start(machine.main, forEver(step))).toThrow('not done after 10000000 steps');
    expect(() => machine.start(machine.main, atOnce())).toThrow('nothing after it is replayed');
  });
});
