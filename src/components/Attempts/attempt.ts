/** Something that a test tries, in order to break the playground. */
export interface Attempt {
  readonly tried: string;
  readonly happens: string;
  /** File of the project that holds the test. */
  readonly file: string;
  /** The test's title in that file. */
  readonly test: string;
}
