/**
 * Writes the hashes of all eight-word runs of the mails that the debates are about:
 * `node scripts/mail-runs.mjs MAIL... > docs/debates/mailRuns.txt`. The mails themselves are not kept in the project.
 */
import { readFileSync } from 'node:fs';
import { runsOf } from './lib/word-runs.mjs';

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('node scripts/mail-runs.mjs MAIL... : name the files that hold the mails');
  process.exit(2);
}
const hashes = new Set(files.flatMap(file => runsOf(readFileSync(file, 'utf8')).map(({ hash }) => hash)));
process.stdout.write(`${[...hashes].sort().join('\n')}\n`);
