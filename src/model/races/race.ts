/**
 * The one definition of a race: actors on one machine, what must hold of it, and the protocols to be tried. From it
 * come the page's panel, `lab explore`, the table of weakenings and the test.
 */
import type { Engine } from '../engine/engine.ts';
import type { World } from '../engine/explorer/program.ts';
import { Search, type SearchOptions } from '../engine/explorer/search.ts';
import type { MemoryOrder } from '../engine/memory/memory.ts';
import type { Vm } from '../kvm/vm.ts';

/** A protocol that a race is run with. */
export interface RaceDesign {
  /** Fixed for ever: links contain it. */
  readonly name: string;
  readonly title: string;
  /** `holds`, or the name of a property that breaks. The tests hold it against the search. */
  readonly expected: string;
  /** What was left out of the right protocol, or swapped; absent where nothing was. */
  readonly weakening?: string;
  /** Sequentially consistent unless given. */
  readonly memory?: MemoryOrder;
}

/** A part of a machine's state as a table, for drawing it beside a schedule. */
export interface StateTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A race's world: what is searched, and what a reader sees of it. */
export interface RaceWorld extends World {
  /** Guest memory, for drawing maps and tables of it; left out where a race is about none. */
  readonly memory?: { readonly vm: Vm; readonly gfns: readonly number[] };
  /** The state as it is now. Not part of the search: nothing that it reads is reported. */
  show(): readonly StateTable[];
}

export interface Race {
  /** `debate/name`, fixed for ever: links contain it. */
  readonly id: string;
  /** What a reader finds out by exploring it. */
  readonly question: string;
  /** The right protocol first. */
  readonly designs: readonly RaceDesign[];
  /**
   * Builds the world of a design on a fresh engine and spawns its actors. Their generator functions stand outside of
   * it, and no function literal is assigned to a property: V8 puts what belongs to such functions among its old
   * objects at once, where each keeps its whole world until a full collection.
   */
  build(engine: Engine, design: string): RaceWorld;
}

/** The design of a name, or undefined. */
export function findDesign(race: Race, name: string): RaceDesign | undefined {
  return race.designs.find(design => design.name === name);
}

/** A search of a race under one of its designs, to be advanced piece by piece. */
export function searchRace(race: Race, design: RaceDesign, options: SearchOptions = {}): Search {
  return new Search(engine => race.build(engine, design.name), { memory: design.memory, ...options });
}
