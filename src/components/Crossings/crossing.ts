/** Where two debates touch. */
export interface Crossing {
  /** Folders of the two pages. */
  readonly between: readonly [string, string];
  readonly what: string;
}
