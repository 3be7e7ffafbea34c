import { describe, expect, it } from 'vitest';
import { CacheLine } from './cacheLine.ts';
import { Engine } from './engine.ts';
import type { Actor } from './step.ts';

describe('CacheLine', () => {
  it('costs nothing to who wrote it last, and a journey to anybody else', () => {
    const engine = new Engine();
    const line = new CacheLine(engine, 100);
    const times: number[] = [];
    function* writer(): Actor {
      for (const cpu of [0, 0, 1, 1, 0]) {
        yield line.write(cpu);
        times.push(engine.now);
      }
    }
    engine.spawn('writer', writer());
    engine.run();
    expect(times).toEqual([100, 100, 200, 200, 300]);
    expect(line.transfers).toBe(3);
  });

  it('goes to one CPU after another in the order in which they ask', () => {
    const engine = new Engine();
    const line = new CacheLine(engine, 100);
    const times: number[] = [];
    function* writer(cpu: number): Actor {
      yield line.write(cpu);
      times[cpu] = engine.now;
    }
    for (let cpu = 0; cpu < 4; cpu++) engine.spawn(`cpu${cpu}`, writer(cpu));
    engine.run();
    expect(times).toEqual([100, 200, 300, 400]);
  });

  it('has to be fetched by a writer after others have read it', () => {
    const engine = new Engine();
    const line = new CacheLine(engine, 100);
    function* mixed(): Actor {
      yield line.write(0);
      yield line.read(1);
      yield line.write(0);
    }
    engine.spawn('mixed', mixed());
    engine.run();
    expect(engine.now).toBe(300);
  });
});
