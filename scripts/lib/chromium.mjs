import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root, run, runPackage } from './run.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Finds a Chromium: the one the environment variable CHROMIUM names, then PATH, the usual places, and what
 * playwright-core downloaded before.
 *
 * @returns {Promise<string | undefined>} its path
 * @throws {Error} when CHROMIUM names something that is no program
 */
async function findChromium() {
  const named = process.env.CHROMIUM;
  if (named) {
    if (!isProgram(named))
      throw new Error(`CHROMIUM is "${named}", which is no program; name a Chromium or unset it`);
    return named;
  }
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap(folder => names.map(name => join(folder, name)));
  const found = [...onPath, ...usualPlaces].find(isProgram);
  if (found) return found;
  if (!existsSync(join(root, 'node_modules/playwright-core'))) return undefined;
  const { chromium } = await import('playwright-core');
  const downloaded = chromium.executablePath();
  return isProgram(downloaded) ? downloaded : undefined;
}

/**
 * Finds a Chromium, or installs one: as root on Debian from its packages, else by playwright-core's download.
 *
 * @returns {Promise<string>} its path
 * @throws {Error} when there is none and none could be installed
 */
export async function ensureChromium() {
  const found = await findChromium();
  if (found) return found;
  const isRoot = process.getuid?.() === 0;
  if (isRoot && isProgram('/usr/bin/apt-get')) {
    console.log('Installing Chromium for the browser tests: apt-get install chromium');
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-q'], { env, quiet: true });
    await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'chromium'], {
      env,
      quiet: true,
    });
  }
  if (!(await findChromium())) {
    console.log("Downloading Chromium for the browser tests: playwright-core's installer");
    await runPackage('playwright-core/cli.js', ['install', 'chromium']);
  }
  const installed = await findChromium();
  if (installed) return installed;
  throw new Error(
    'no Chromium found and none could be installed; install one and name it in the variable CHROMIUM',
  );
}
