/** Default outcomes, as plugins/experiments writes them: at hand on the server, loaded on demand in a browser. */
declare module '@outcomes' {
  /** The parts of an outcome, as HTML. */
  type Part = 'first' | 'rest';
  type BuiltOutcome = Readonly<Record<Part, string>>;
  /** An experiment's default outcome where it is at hand: while the page is built. */
  export function builtOutcome(id: string): BuiltOutcome | undefined;
  /** Loads an experiment's default outcome. */
  export function loadOutcome(id: string): Promise<BuiltOutcome>;
}
