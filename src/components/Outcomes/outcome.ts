/** Where an outcome is known from. */
export interface OutcomeSource {
  readonly text: string;
  /** Address, where there is one. */
  readonly url?: string;
}

/** Something that became of a debate. */
export interface Outcome {
  /** Kernel release, or what stands in its place: `open`, `not merged`. */
  readonly release: string;
  readonly what: string;
  /** Names of ioctls, flags, capabilities; subject of the commit or series. */
  readonly interface?: string;
  readonly source: OutcomeSource;
  /** Known from somebody who reports it, and not from the tree or the list itself. */
  readonly secondHand?: true;
}

/** How a debate ended, as of a day. */
export interface Ending {
  /** ISO date. */
  readonly asOf: string;
  readonly outcomes: readonly Outcome[];
}
