/** How often a property of a fuzz test is tried under `npm run fuzz`; the unit tests keep fast-check's own count. */
import fc from 'fast-check';

const runs = Number(process.env.FUZZ_RUNS);
const seed = process.env.FUZZ_SEED;
fc.configureGlobal({ numRuns: runs, ...(seed === undefined ? {} : { seed: Number(seed) }) });
