import { runBundled } from './bundle.mjs';

await runBundled('scripts/oracle/main.ts');
