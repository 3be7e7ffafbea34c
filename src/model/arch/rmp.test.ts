import { describe, expect, it } from 'vitest';
import { Engine } from '../engine/engine.ts';
import { Rmp } from './rmp.ts';

describe('the reverse map table', () => {
  it('gives a frame to one gfn alone', () => {
    const rmp = new Rmp(new Engine());
    expect(rmp.makePrivate(7, 3)).toBe(true);
    expect([rmp.makePrivate(7, 3), rmp.makePrivate(7, 4)]).toEqual([true, false]);
    expect([rmp.gfnOf(7), rmp.gfnOf(8)]).toEqual([3, -1]);
    rmp.makeShared(7);
    rmp.makeShared(7);
    expect([rmp.isPrivate(7), rmp.assigned]).toEqual([false, 0]);
  });

  it('covers 2 MiB by one entry only where all of it is shared, and gfns lie as frames do', () => {
    const rmp = new Rmp(new Engine());
    rmp.makePrivate(600, 88);
    expect(rmp.makeLargePrivate(520, 8)).toBe(false);
    expect(rmp.makeLargePrivate(1030, 7)).toBe(false);
    expect(rmp.makeLargePrivate(1030, 6)).toBe(true);
    expect(rmp.makeLargePrivate(1030, 6)).toBe(false);
    expect([rmp.gfnOf(1024), rmp.gfnOf(1535), rmp.levelOf(1100), rmp.assigned]).toEqual([0, 511, 2, 513]);
    expect(rmp.makePrivate(1030, 6)).toBe(true);
    expect(rmp.makePrivate(1030, 7)).toBe(false);
    rmp.makeLargeShared(1024);
    expect([rmp.isPrivate(1100), rmp.assigned]).toEqual([false, 1]);
  });

  it('takes a large entry apart before one of its frames can be given back', () => {
    const rmp = new Rmp(new Engine());
    rmp.makeLargePrivate(512, 0);
    expect(() => rmp.makeShared(513)).toThrow('smash');
    rmp.smash(700);
    rmp.smash(700);
    expect([rmp.smashed, rmp.assigned, rmp.levelOf(513), rmp.gfnOf(513)]).toEqual([1, 512, 1, 1]);
    rmp.makeShared(513);
    expect([rmp.isPrivate(513), rmp.isPrivate(514), rmp.assigned]).toEqual([false, true, 511]);
  });
});
