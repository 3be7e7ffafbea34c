import { runBundled } from './bundle.mjs';

await runBundled('scripts/bench/main.ts');
