/**
 * What is fetched on demand, each in one place: a bundler makes a file of its own for every place that demands
 * something.
 */
export const loadCodec = () => import('./link/codec.ts');
export const loadRun = () => import('./run.ts');
export const loadOutput = () => import('./output/output.ts');
export const loadEnliven = () => import('../views/enliven.ts');
export const loadEditor = () => import('./ui/openedEditor.ts');
export const loadChecker = () => import('./types/checker.ts');
export const loadDifferences = () => import('./output/differences.ts');
/** The library that draws plots; views fetch it with the first one. */
export const loadPlots = () => import('@observablehq/plot');
