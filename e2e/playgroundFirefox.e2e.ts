import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linkTo, PAGE } from './playgroundPage.ts';
import { type Firefox, type FirefoxPage, findFirefox, startFirefox } from './support/firefox.ts';
import { sites } from './support/site.ts';

const path = findFirefox();
if (!path)
  console.log('There is no Firefox on this machine, so nothing was tried in one; FIREFOX names one.');

/** Notes what the page does against its policy. */
const WATCH = `
  window.violations = [];
  document.addEventListener('securitypolicyviolation', e => window.violations.push(e.violatedDirective));`;

const BOX = "document.querySelector('.fl-pg')";
const SAYS = `${BOX}.querySelector('[role=status]').textContent`;
const button = (name: string) =>
  `[...${BOX}.querySelectorAll('.fl-pg-actions button')].find(b => b.textContent === '${name}')`;

describe.skipIf(!path)('in Firefox', () => {
  let firefox: Firefox;
  beforeAll(async () => {
    firefox = await startFirefox(path as string);
  });
  afterAll(() => firefox?.close());

  /** The playground of the page, with a program that a link brought. */
  async function opened(source?: string): Promise<FirefoxPage> {
    const page = await firefox.open(WATCH);
    await page.goto(
      new URL(`${PAGE}${source === undefined ? '' : await linkTo(source)}`, sites.root.url).href,
    );
    await page.until(`${button('Run')}?.disabled === false`);
    if (source !== undefined) await page.until(`${BOX}.textContent.includes('came with a link')`);
    return page;
  }

  async function run(page: FirefoxPage): Promise<string> {
    await page.evaluate(`${button('Run')}.click()`);
    await page.until(`${button('Stop')}.ariaDisabled && ${SAYS} !== ''`);
    return page.evaluate(SAYS);
  }

  const output = (page: FirefoxPage) =>
    page.evaluate<string>(`${BOX}.querySelector('.fl-pg-output').innerText.trim()`);
  const frames = (page: FirefoxPage) => page.evaluate<number>("document.querySelectorAll('iframe').length");

  test('the program of the page shows what Node showed when it was built, and breaks no policy', async () => {
    const page = await opened();
    const recorded = await output(page);
    expect(recorded).not.toBe('');
    expect(await run(page)).toMatch(/^Done in \d+ ms: /);
    expect(await output(page)).toBe(recorded);
    expect(await frames(page)).toBe(0);
    expect(await page.evaluate('window.violations')).toEqual([]);
  });

  test('a loop without an end is stopped by the clock and by Stop, and the page answers meanwhile', async () => {
    const page = await opened("import { show } from 'faultlines';\nshow.log('started');\nfor (;;);");
    expect(await run(page)).toMatch(/^Stopped after 5 s/);
    await page.evaluate(`${button('Run')}.click()`);
    await page.until(`${BOX}.querySelector('.fl-pg-output').innerText.includes('started')`);
    await page.evaluate(`${button('Stop')}.click()`);
    await page.until(`${SAYS} === 'Stopped.'`);
    expect(await frames(page)).toBe(0);
  });

  test('errors carry the line of the program', async () => {
    const page = await opened(
      "import { show } from 'faultlines';\n\nfunction f() {\n  show.table(5 as never);\n}\nf();",
    );
    expect(await run(page)).toMatch(/^Line 4: TypeError: show\.table takes a list.* Called from line 6/);
  });

  test('nothing that leads to the page or the network exists for a program', async () => {
    const missing = [
      ...['parent', 'top', 'document', 'window', 'self', 'location', 'navigator', 'localStorage'],
      ...['indexedDB', 'caches', 'fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'importScripts'],
      ...['Worker', 'postMessage', 'BroadcastChannel', 'MessageChannel', 'WebAssembly'],
    ];
    const page = await opened(`console.log(${missing.map(name => `typeof ${name}`).join(', ')});`);
    expect(await run(page)).toMatch(/^Done/);
    expect(await output(page)).toBe(missing.map(() => 'undefined').join(' '));
  });

  test('links that are damaged say so, and nothing runs', async () => {
    const page = await firefox.open(WATCH);
    const link = await linkTo('console.log(1);');
    await page.goto(new URL(`${PAGE}${link.slice(0, -9)}`, sites.root.url).href);
    await page.until("document.querySelector('.fl-link-notice')?.textContent.includes('damaged')");
    expect(await frames(page)).toBe(0);
  });

  test('without the runner, too, every way out of the frame is barred', async () => {
    const arrived: string[] = [];
    const server = createServer((request, response) => {
      arrived.push(String(request.url));
      response.setHeader('access-control-allow-origin', '*');
      response.end('0');
    });
    server.on('upgrade', (request, socket) => {
      arrived.push(String(request.url));
      socket.destroy();
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const there = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    await fetch(`http://${there}/listening`);
    const ways: Record<string, string> = {
      fetch: `await fetch('http://${there}/fetch', { mode: 'no-cors' })`,
      XMLHttpRequest: `{ const x = new XMLHttpRequest(); x.open('GET', 'http://${there}/xhr', false); x.send(); }`,
      WebSocket: `await new Promise((yes, no) => { const w = new WebSocket('ws://${there}/ws'); w.onopen = yes; w.onerror = no; })`,
      importScripts: `importScripts('http://${there}/scripts.js')`,
      import: `await import('http://${there}/import.js')`,
      eval: "eval('1')",
      IndexedDB:
        "await new Promise((yes, no) => { const r = indexedDB.open('x'); r.onsuccess = yes; r.onerror = no; })",
      caches: "await caches.open('x')",
    };
    const attempts = Object.entries(ways).map(
      ([name, code]) => `await (async () => { ${code} })().then(() => out.push('${name}'), () => {});`,
    );
    const script = `(async () => { const out = [];\n${attempts.join('\n')}\npostMessage(JSON.stringify(out)); })();`;
    // The frame and the channel of a real run, with another script in the worker.
    const page = await firefox.open(`${WATCH}
      const post = MessagePort.prototype.postMessage;
      MessagePort.prototype.postMessage = function (data, ...rest) {
        if (typeof data === 'string' && data.length > 10000) {
          this.addEventListener('message', event => { window.wentOut = event.data; });
          return post.call(this, ${JSON.stringify(script)}, ...rest);
        }
        return post.call(this, data, ...rest);
      };`);
    await page.goto(new URL(PAGE, sites.root.url).href);
    await page.until(`${button('Run')}?.disabled === false`);
    await page.evaluate(`${button('Run')}.click()`);
    await page.until('window.wentOut !== undefined');
    expect(await page.evaluate('window.wentOut')).toBe('W[]');
    server.closeAllConnections();
    server.close();
    expect(arrived).toEqual(['/listening']);
  });
});
