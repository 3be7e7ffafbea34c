/** Serves a build by nginx with the configuration that the container has, where an nginx is installed. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../../scripts/lib/run.mjs';
import type { Served } from './serve.ts';

/** A running nginx. */
export interface Nginx {
  /** Its origin, without a slash at the end. */
  readonly origin: string;
  close(): Promise<void>;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** The site's part of the configuration, as the container's build makes it, for another port and another folder. */
function siteConfiguration(baseUrl: string, port: number, html: string): string {
  const template = readFileSync(join(root, 'deploy/nginx.conf.template'), 'utf8');
  const configuration = template.replaceAll('@BASE_URL@', baseUrl);
  for (const place of ['listen 8080;', 'root /srv/www;'])
    if (!configuration.includes(place)) throw new Error(`deploy/nginx.conf.template has no “${place}”`);
  return configuration
    .replace('listen 8080;', `listen 127.0.0.1:${port};`)
    .replace('root /srv/www;', `root ${html};`);
}

/** Starts nginx on a build, and waits until it answers. */
export async function startNginx(nginx: string, { folder, baseUrl }: Served): Promise<Nginx> {
  const place = mkdtempSync(join(tmpdir(), 'faultlines-nginx-'));
  const html = baseUrl === '/' ? folder : join(place, 'html');
  if (baseUrl !== '/') {
    mkdirSync(html);
    symlinkSync(folder, join(html, baseUrl.replaceAll('/', '')));
  }
  const port = await freePort();
  const types = ['/etc/nginx', join(dirname(nginx), '../../etc/nginx')].find(at =>
    existsSync(join(at, 'mime.types')),
  );
  writeFileSync(
    join(place, 'nginx.conf'),
    `daemon off; pid ${place}/pid; error_log stderr; ${process.getuid?.() === 0 ? 'user root;' : ''}
events {}
http {
  access_log off;
  ${types ? `include ${types}/mime.types;` : ''}
  default_type application/octet-stream;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path ${place}/${name};`).join(' ')}
  ${siteConfiguration(baseUrl, port, html)}
}`,
  );
  const child = spawn(nginx, ['-p', place, '-e', 'stderr', '-c', join(place, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const origin = `http://127.0.0.1:${port}`;
  await answers(child, origin);
  return {
    origin,
    async close() {
      child.kill('SIGQUIT');
      if (child.exitCode === null) await new Promise(resolve => child.once('exit', resolve));
      rmSync(place, { recursive: true, force: true });
    },
  };
}

async function answers(child: ChildProcess, origin: string): Promise<void> {
  let said = '';
  child.stderr?.on('data', data => {
    said += data;
  });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}: ${said}`);
    const there = await fetch(origin).then(
      () => true,
      () => false,
    );
    if (there) return;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
