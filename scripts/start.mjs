/**
 * `npm start`: builds the site where that is needed and serves the production build.
 *
 * Needs nothing but Node: it installs the dependencies first where they are missing.
 * PORT: the port to try first (3000). BASE_URL: the path to serve under (/).
 */
import { build, isBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { root } from './lib/run.mjs';
import { listen, staticServer } from './lib/static-server.mjs';

const baseUrl = process.env.BASE_URL ?? '/';
const wanted = Number(process.env.PORT ?? 3000);

try {
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65_535) {
    throw new Error(`PORT is "${process.env.PORT}"; it is a number from 0 to 65535`);
  }
  await ensureInstalled();
  if (isBuilt(baseUrl, 'build')) {
    console.log('The build is up to date.');
  } else {
    console.log('Building the site (about ten seconds; later starts skip it while nothing changes).');
    const code = await build(baseUrl, 'build');
    if (code !== 0) throw new Error('the build failed; see its output above');
  }
  const port = await listen(staticServer(`${root}build`, baseUrl), wanted);
  if (port !== wanted && wanted !== 0) console.log(`Port ${wanted} is busy.`);
  console.log(`Faultlines is at http://localhost:${port}${baseUrl}  (Ctrl+C ends it)`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
