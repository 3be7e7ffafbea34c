/** A piece of a line of a program. */
export interface TypedPiece {
  readonly text: string;
  /** Place of its colour in the playground's `CLASSES`. */
  readonly mark?: number;
  /** Its type, as the compiler writes it. */
  readonly type?: string;
  /** What its docstring says. */
  readonly docs?: string;
}

/** A program by lines. */
export type TypedCode = readonly (readonly TypedPiece[])[];
