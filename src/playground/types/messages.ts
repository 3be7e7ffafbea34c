/** What the page and the type checker's worker say to each other. All of it is plain data. */

/** Declaration files by absolute path. */
export type TypeFiles = Readonly<Record<string, string>>;

/** Something that does not fit. */
export interface TypeProblem {
  /** Line of the program, from 1. */
  readonly line: number;
  /** UTF-16 units from the program's start. */
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

/** One name that could stand at a place. */
export interface Candidate {
  readonly name: string;
  /** TypeScript's word for what it is: `const`, `method`, `interface`. */
  readonly kind: string;
  /** Sorts before those with a greater text. */
  readonly sort: string;
  /** What is put in, where that is not the name. */
  readonly insert?: string;
  /** Module it would have to be imported from. */
  readonly module?: string;
}

/** The names that could stand at a place. */
export interface Candidates {
  /** Where the name that is being written begins. */
  readonly from: number;
  readonly names: readonly Candidate[];
}

/** What is known of a name. */
export interface Explanation {
  /** What is explained, in UTF-16 units from the program's start. */
  readonly from: number;
  readonly to: number;
  /** The type, as TypeScript writes it. */
  readonly signature: string;
  /** Its docstring. */
  readonly text: string;
  /** Parameters and the like: `gfn — first page`. */
  readonly tags: readonly { readonly name: string; readonly text: string }[];
}

/** A replacement in the program's text. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** More on one candidate. */
export interface CandidateDetail extends Omit<Explanation, 'from' | 'to'> {
  /** What else changes in the program where it is taken: an import. */
  readonly edits: readonly Edit[];
}

export type Question =
  | { readonly kind: 'files'; readonly files: TypeFiles }
  | { readonly kind: 'problems'; readonly text: string }
  | { readonly kind: 'candidates'; readonly text: string; readonly at: number }
  | { readonly kind: 'detail'; readonly text: string; readonly at: number; readonly candidate: Candidate }
  | { readonly kind: 'explanation'; readonly text: string; readonly at: number };

/** What is answered to each kind of question. */
export interface Answers {
  readonly files: null;
  readonly problems: readonly TypeProblem[];
  readonly candidates: Candidates | null;
  readonly detail: CandidateDetail | null;
  readonly explanation: Explanation | null;
}

export type Request = { readonly id: number; readonly question: Question };

export type Reply =
  | { readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly id: number; readonly error: string };
