/**
 * The experiments of this site, their parameters and what they show.
 *
 * @module experiments
 */
export type { AnyExperiment } from './experiment.ts';
export { experiments, findExperiment } from './index.ts';
export type { Param, Params, Values } from './params.ts';
export { defaults } from './params.ts';
export { type Touch, type Touched, type Toucher, touchMissing } from './userfault/accessModel.ts';
export type * from './view.ts';
