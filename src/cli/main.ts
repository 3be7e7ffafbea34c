import { lab } from './lab.ts';

/** What a shell says of a program that ended because nobody read on. */
const NOBODY_READS = 141;

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(NOBODY_READS);
    throw error;
  });
}

/** Goes to the start of the line and clears it: whatever comes next has it to itself. */
const CLEARED = '\r\u001b[K';
let isShown = false;

const clear = () => {
  if (isShown) process.stderr.write(CLEARED);
  isShown = false;
};

process.exitCode = await lab(process.argv.slice(2), {
  out: text => {
    clear();
    process.stdout.write(`${text}\n`);
  },
  error: text => {
    clear();
    process.stderr.write(`${text}\n`);
  },
  ...(process.stderr.isTTY
    ? {
        progress: (text: string) => {
          process.stderr.write(CLEARED + text);
          isShown = true;
        },
      }
    : {}),
});
clear();
