/** What this plugin makes for pages to import. */
declare module '@generated/model-bundle/default/runner.json' {
  const runner: { readonly code: string; readonly names: readonly string[] };
  export default runner;
}

declare module '@generated/model-bundle/default/declarations.json' {
  const files: Readonly<Record<string, string>>;
  export default files;
}
