/** What shows that a promise is kept. */
export type Witness =
  /** A test, by its file in the project and its title there. */
  | { readonly kind: 'test'; readonly file: string; readonly title: string }
  /** A page or a file that the build writes, by its path below the site's base. */
  | { readonly kind: 'page'; readonly to: string; readonly what: string }
  /** A command of the project that measures it. */
  | { readonly kind: 'command'; readonly run: string; readonly what: string };

/** Something that the site promises its readers. */
export interface Kept {
  readonly promise: string;
  readonly by: readonly Witness[];
  /** What of it nothing shows, and why. */
  readonly not?: string;
}
