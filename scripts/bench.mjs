// `npm run bench -- [PART ...]`: all parts of the benchmark, or those named, each in a process of its own.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runBundled } from './bundle.mjs';

const PARTS = ['locks', 'faults', 'pages', 'sizes', 'searches'];
const wanted = process.argv.slice(2);

if (wanted.length === 1) {
  await runBundled('scripts/bench/main.ts');
} else {
  for (const part of wanted.length > 0 ? wanted : PARTS) {
    const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), part], {
      stdio: 'inherit',
    });
    if (status !== 0) process.exitCode = 1;
  }
}
