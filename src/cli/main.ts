import { lab } from './lab.ts';

process.exitCode = await lab(process.argv.slice(2), {
  out: text => process.stdout.write(`${text}\n`),
  error: text => process.stderr.write(`${text}\n`),
  ...(process.stderr.isTTY ? { progress: text => process.stderr.write(`\r\u001b[K${text}`) } : {}),
});
