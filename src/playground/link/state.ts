/**
 * What a link of this site can carry, and the limits that both its writer and its reader keep.
 */

/** An experiment with its parameters set. */
export interface ExperimentState {
  readonly kind: 'experiment';
  /** `debate/name`. */
  readonly id: string;
  /** Values by parameter name. Whether they fit the experiment's parameters is for its page to check. */
  readonly values: LinkValues;
  readonly compare?: CompareState;
  readonly sweep?: SweepState;
}

/** Values by parameter name. */
export type LinkValues = Readonly<Record<string, number | string | boolean>>;

/** A second setting beside the first. */
export type CompareState = {
  readonly values: LinkValues;
  /** Where on the axis of the first figure, in thousandths. */
  readonly cursor: number;
};

/** What is swept, as it was typed. */
export type SweepState = {
  /** Parameter along the x axis. */
  readonly across: string;
  /** Lists like `1,2,4` of one or two parameters. */
  readonly lists: Readonly<Record<string, string>>;
  /** Column that is shown; the page chooses where it is left out. */
  readonly measure?: string;
};

/** The text of a program. It is put in an editor and never run by a link. */
export interface ProgramState {
  readonly kind: 'program';
  /** The playground it is for: its path below docs/ without `.playground.ts`. Left out for the full-page lab. */
  readonly page?: string;
  readonly source: string;
}

/** Two programs of the full-page lab, to be run beside each other. */
export interface PairState {
  readonly kind: 'pair';
  readonly left: string;
  readonly right: string;
}

/** One moment of one schedule of a race. */
export interface RaceState {
  readonly kind: 'race';
  /** `debate/name`. */
  readonly id: string;
  readonly design: string;
  /** The explorer's schedule string. */
  readonly schedule: string;
  /** How many steps of the schedule have been taken. */
  readonly cursor: number;
  /** A second protocol that takes the same schedule. */
  readonly beside?: string;
}

export type LinkState = ExperimentState | ProgramState | PairState | RaceState;

/** Limits of a link. Encoded text is what stands in the address; a payload is the JSON inside. */
export const LIMITS = {
  /** Characters of encoded text. */
  encoded: 16_384,
  /** Bytes of JSON after inflating. */
  inflated: 131_072,
  /** UTF-16 units of a program. */
  source: 65_536,
  /** Characters of an id, a page, a design. */
  name: 120,
  /** Values of an experiment. */
  values: 64,
  /** Characters of one text value. */
  text: 200,
  /** Parameters of a sweep. */
  swept: 2,
  /** Steps of the cursor of a comparison. */
  thousandths: 1_000,
  /** Characters of a schedule. */
  schedule: 8_192,
  /** Steps of a schedule. */
  cursor: 1_000_000,
} as const;
