// `npm run served -- URL`: asks a server that runs, by HTTP, for what deploy/nginx.conf.template promises. URL is the
// address of the site's front page.
import { promisesOf } from './lib/served.mjs';

const USAGE = 'npm run served -- http://HOST[:PORT]/[BASE/]';

const [url, ...more] = process.argv.slice(2);
if (!url || more.length > 0 || !/^http:\/\/[^/]+\/(.*\/)?$/.test(url)) {
  console.error(`served: one address with a slash at its end, please; ${USAGE}`);
  process.exitCode = 2;
} else {
  for (const { name, check } of promisesOf(url)) {
    try {
      await check();
      console.log(`ok: ${name}`);
    } catch (error) {
      console.error(`FAILED: ${name}\n${error instanceof Error ? error.message : error}`);
      process.exitCode = 1;
    }
  }
}
