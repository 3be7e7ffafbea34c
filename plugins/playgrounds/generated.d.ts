/** What this plugin makes for pages to import. */
declare module '@generated/playgrounds/default/*.json' {
  const program: import('../../src/playground/program.ts').Program;
  export default program;
}
