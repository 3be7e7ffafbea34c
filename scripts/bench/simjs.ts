/** The contended-lock workload written for the npm package simjs, as its documentation has one write it. */
import { createRequire } from 'node:module';

interface SimJs {
  Sim: new () => { simulate(until: number): void; addEntity(entity: unknown): void };
  Entity: new () => {
    setTimer(ns: number): { done(then: () => void): void };
    useFacility(facility: unknown, ns: number): { done(then: () => void): void };
  };
  Facility: new (name: string) => unknown;
}

/** The package hands its classes out on `window` alone. */
function load(): SimJs {
  const scope = globalThis as { window?: { Sim?: SimJs } };
  scope.window = {};
  createRequire(import.meta.url)('simjs');
  const { Sim } = scope.window;
  delete scope.window;
  if (Sim === undefined) throw new Error('simjs did not hand out its classes');
  return Sim;
}

const { Sim, Entity, Facility } = load();

/** Runs `loops` loops of each of `actors` actors. */
export function contendedLockInSimJs(actors: number, loops: number): void {
  const sim = new Sim();
  const lock = new Facility('lock');
  class Worker extends Entity {
    private left = loops;
    start(): void {
      this.loop();
    }
    private loop(): void {
      if (this.left-- === 0) return;
      this.setTimer(1200).done(() => {
        this.useFacility(lock, 500).done(() => {
          this.setTimer(300).done(() => this.loop());
        });
      });
    }
  }
  for (let i = 0; i < actors; i++) sim.addEntity(Worker);
  sim.simulate(Number.MAX_SAFE_INTEGER);
}
