/** Something that keeps a program from being run. */
export interface Problem {
  /** Line of the program, from 1. */
  readonly line: number;
  /** What is wrong, and what would be right. */
  readonly message: string;
}

/** Thrown inside the compiler; {@link compile} turns it into a {@link Problem}. */
export class Refusal extends Error implements Problem {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'Refusal';
    this.line = line;
  }
}
