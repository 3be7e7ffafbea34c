/** A mechanism that a thread speaks of, and where it is in the model. */
export interface Mechanism {
  /** Folder of the debate's page. */
  readonly debate: string;
  readonly what: string;
  /** Files of the project that hold it. */
  readonly files: readonly string[];
  /** Tests that would fail without it. */
  readonly tests: readonly string[];
  /** Page where it can be seen, and the anchor on it. */
  readonly page: string;
}
