/**
 * What things take: the table of costs, and how to change one.
 *
 * @module costs
 */

export type { Cost } from './cost.ts';
export { COST_TABLE, type Costs, costsWith } from './table.ts';
