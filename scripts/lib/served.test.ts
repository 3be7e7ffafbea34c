import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { promisesOf } from './served.mjs';
import { listen } from './static-server.mjs';

/** Answers anything with one page and no header of the site's. */
const server = createServer((_, response) =>
  response.end('<script src="/assets/a.js"></script>"/assets/a.css"'),
);
let url = '';
beforeAll(async () => {
  url = `http://localhost:${await listen(server, 0)}/`;
});
afterAll(() => {
  server.close();
});

// Their names do not depend on the address.
test.each(promisesOf('http://localhost/').map(({ name }) => name))(
  'a server that does not care breaks: %s',
  async name => {
    const promise = promisesOf(url).find(promise => promise.name === name);
    await expect(promise?.check()).rejects.toThrow();
  },
);
