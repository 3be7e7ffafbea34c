/**
 * `npm test`: every check of the project, in sequence; installs what is missing first.
 *
 * The last line is `N passed, N failed`, counting single tests and checks; the exit code is 0 when none failed.
 * No check asserts a time.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { ensureChromium } from './lib/chromium.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { ensureNginx } from './lib/nginx.mjs';
import { runPackage } from './lib/run.mjs';
import { withoutNetwork } from './lib/without-network.mjs';

let passed = 0;
let failed = 0;

/** @param {string} title */
function heading(title) {
  console.log(`\n== ${title} ==`);
}

/**
 * Counts one check.
 *
 * @param {string} name
 * @param {() => Promise<number>} check gives an exit code
 */
async function check(name, check) {
  const code = await check().catch(error => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  });
  if (code === 0) passed++;
  else failed++;
  console.log(`${code === 0 ? 'ok' : 'FAILED'}: ${name}`);
  return code === 0;
}

/**
 * Runs vitest and counts its single tests. A file that cannot be run counts as one failure.
 *
 * @param {string} config
 * @param {Record<string, string>} [env]
 */
async function vitest(config, env) {
  const folder = mkdtempSync(join(tmpdir(), 'faultlines-'));
  const report = join(folder, 'report.json');
  const args = [
    'run',
    '--config',
    config,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const code = await runPackage('vitest/vitest.mjs', args, { env });
  let counted = 0;
  try {
    /** @type {{ testResults: { status: string, assertionResults: { status: string }[] }[] }} */
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    for (const file of testResults) {
      const failures = file.assertionResults.filter(test => test.status === 'failed').length;
      passed += file.assertionResults.filter(test => test.status === 'passed').length;
      counted += failures;
      if (file.status === 'failed' && failures === 0) counted++;
    }
  } catch (error) {
    console.error(`${config} gave no report: ${error instanceof Error ? error.message : error}`);
  }
  rmSync(folder, { recursive: true, force: true });
  // An unhandled error outside any test fails the run without failing a test.
  failed += code !== 0 && counted === 0 ? 1 : counted;
}

async function all() {
  heading('Dependencies');
  if (!(await check('what is installed fits the lockfile', async () => ensureInstalled().then(() => 0))))
    return;

  heading('Types');
  await check('the whole project', () => runPackage('typescript/bin/tsc', ['-p', '.']));
  await check('the model alone, without DOM or Node', () =>
    runPackage('typescript/bin/tsc', ['-p', 'src/model']),
  );

  heading('Style');
  await check('biome', () => runPackage('@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.']));

  heading('Layers');
  await check('dependency-cruiser', () =>
    runPackage('dependency-cruiser/bin/dependency-cruise.mjs', [
      ...['--config', '.dependency-cruiser.cjs', '--output-type', 'err'],
      ...['src', 'plugins', 'docs', 'scripts', 'e2e'],
    ]),
  );

  heading('Unused code');
  await check('knip', () => runPackage('knip/bin/knip.js', []));

  heading('Unit tests');
  await vitest('vitest.config.ts');

  heading('Builds');
  const apart = withoutNetwork();
  if (!apart) console.log('unshare(1) takes nobody’s network away on this system: the builds run with it');
  const built = await check(apart ? 'at the root, without a network' : 'at the root', () =>
    build('/', 'build', apart),
  );
  const builtBelow = await check('under a sub-path', () => build('/x/', '.cache/build-x'));

  heading('What was built, in a browser');
  /** @type {string | undefined} */
  let chromium;
  await check('a Chromium', async () => {
    chromium = await ensureChromium();
    console.log(chromium);
    return 0;
  });
  /** @type {string | undefined} */
  let nginx;
  await check('the nginx that NGINX names, or any, or none', async () => {
    nginx = ensureNginx();
    console.log(
      nginx ?? 'No nginx here, and none to be had: the tests of the container’s server are skipped',
    );
    return 0;
  });
  if (built && builtBelow && chromium) {
    await vitest('vitest.e2e.config.ts', { CHROMIUM: chromium, ...(nginx ? { NGINX: nginx } : {}) });
  } else {
    console.log('FAILED: the browser tests need both builds and a Chromium');
    failed++;
  }
}

await all();
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
