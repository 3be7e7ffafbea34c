import { runBundled } from './bundle.mjs';

await runBundled('src/cli/main.ts');
