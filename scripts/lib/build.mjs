import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

/** What the build reads. */
const inputs = [
  'docs',
  'src',
  'static',
  'plugins',
  'docusaurus.config.ts',
  'sidebars.ts',
  'tsconfig.json',
  'package-lock.json',
];

/** Pages the build writes itself, from what is hashed already. */
const generated = 'docs/api';

/**
 * @param {string} path below the project's folder
 * @returns {string[]} the files at or below it, sorted
 */
function files(path) {
  if (path === generated || !existsSync(join(root, path))) return [];
  return readdirSync(join(root, path), { withFileTypes: true })
    .flatMap(entry => (entry.isDirectory() ? files(`${path}/${entry.name}`) : [`${path}/${entry.name}`]))
    .sort();
}

/** @param {string} path */
function isFile(path) {
  return /\.\w+$/.test(path);
}

/**
 * A hash of everything that decides what a build comes out like.
 *
 * @param {string} baseUrl
 */
function inputHash(baseUrl) {
  const hash = createHash('sha256').update(`${baseUrl}\n${process.env.SITE_URL ?? ''}\n`);
  for (const input of inputs) {
    for (const file of isFile(input) ? [input] : files(input)) {
      hash.update(`${file}\n`).update(readFileSync(join(root, file)));
    }
  }
  return hash.digest('hex');
}

/**
 * Builds the site.
 *
 * @param {string} baseUrl path it will live under
 * @param {string} folder where to, below the project's folder
 * @param {readonly string[]} [within] what the build runs within: a program and its arguments
 * @returns {Promise<number>} the exit code
 */
export async function build(baseUrl, folder, within = []) {
  const stamp = stampFile(folder);
  rmSync(stamp, { force: true });
  const hash = inputHash(baseUrl);
  const [program, ...args] = [
    ...within,
    process.execPath,
    ...['node_modules/@docusaurus/core/bin/docusaurus.mjs', 'build', '--out-dir', folder],
  ];
  const code = await run(program, args, { env: { BASE_URL: baseUrl } });
  if (code === 0) {
    mkdirSync(join(root, '.cache'), { recursive: true });
    writeFileSync(stamp, hash);
  }
  return code;
}

/**
 * Whether a folder holds a build of exactly what the project is now.
 *
 * @param {string} baseUrl
 * @param {string} folder
 */
export function isBuilt(baseUrl, folder) {
  const stamp = stampFile(folder);
  return (
    existsSync(join(root, folder, 'index.html')) &&
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === inputHash(baseUrl)
  );
}

/** @param {string} folder */
function stampFile(folder) {
  return join(root, '.cache', `${folder.replaceAll(/\W/g, '_')}.stamp`);
}
