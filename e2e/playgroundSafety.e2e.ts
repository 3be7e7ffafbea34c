import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect } from 'vitest';
import { BARE_RUNNER, linkTo, PAGE, PlaygroundPage } from './playgroundPage.ts';
import { sites, test } from './support/site.ts';

const HELLO = "import { show } from 'faultlines';\nshow.log('hello');";

let runs = 0;

/** Runs a program that has no end, and stops it as a reader would. */
async function stopped(playground: PlaygroundPage, endless: string): Promise<string> {
  const text = `started ${++runs}`;
  await playground.bring(`import { show } from 'faultlines';\nshow.log('${text}');\n${endless}`);
  await playground.button('Run').click();
  await playground.started(text);
  await playground.button('Stop').click();
  return playground.ending();
}

describe('1: a program without an end', () => {
  const endless = {
    'a loop': 'for (;;);',
    'in a callback of a promise': 'await Promise.resolve().then(() => { for (;;); });',
    'in a getter that a table reads': 'show.table([{ get a() { for (;;); } }]);',
    'in a generator': 'for (const x of (function* () { for (;;) yield 1; })()) void x;',
    'in a proxy that a line prints': 'show.log(new Proxy({}, { ownKeys() { for (;;); } }));',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the program holds a template
    'in a conversion to text': 'show.log(`${{ toString() { for (;;); } }}`);',
  };

  test('is stopped by the page’s clock; the page answers meanwhile, and the text stays', async ({ open }) => {
    const source = `${HELLO.replace('hello', 'started')}\nfor (;;);`;
    const playground = await PlaygroundPage.open(open, source);
    await playground.button('Run').click();
    await playground.started('started');
    await playground.button('Edit').click();
    await playground.page.locator('.cm-content').waitFor();
    await playground.page.keyboard.press('Control+End');
    await playground.page.keyboard.type(' // typed meanwhile');
    expect(await playground.frames()).toBe(1);
    expect(await playground.ending()).toMatch(/^Stopped after 5 s/);
    await playground.holds(`${source} // typed meanwhile`);
    expect(await playground.output()).toBe('started');
    expect(await playground.frames()).toBe(0);
    await playground.bring(HELLO);
    expect(await playground.run()).toMatch(/^Done/);
  });

  test('is stopped by Stop wherever it loops, and Run works again', async ({ open }) => {
    const playground = await PlaygroundPage.open(open);
    for (const [name, code] of Object.entries(endless)) {
      expect(await stopped(playground, code), name).toBe('Stopped.');
      expect(await playground.frames(), name).toBe(0);
    }
    await playground.bring(HELLO);
    expect(await playground.run()).toMatch(/^Done/);
    expect(await playground.output()).toBe('hello');
  });

  test('ends by itself where it recurses', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, 'const f = (): number => f() + 1;\nf();');
    expect(await playground.run()).toMatch(/^Line 1: RangeError: Maximum call stack size exceeded/);
  });
});

describe('2: a program that never lets go', () => {
  test('is stopped among its promises and iterators', async ({ open }) => {
    const playground = await PlaygroundPage.open(open);
    for (const code of [
      'const again = (): Promise<void> => Promise.resolve().then(again);\nawait again();',
      'for await (const x of (async function* () { for (;;) yield 1; })()) void x;',
      'for (;;) await null;',
    ]) {
      expect(await stopped(playground, code), code).toBe('Stopped.');
    }
  });

  test('is told that there are no timers, and that an await has no end', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, '\nsetInterval(() => {}, 1);');
    expect(await playground.run()).toMatch(/^Line 2: Error: There are no timers here/);
    await playground.bring('await new Promise(() => {});');
    expect(await playground.run()).toMatch(/an await has no end/);
  });
});

describe('3: a program that takes too much', () => {
  const greedy: [string, RegExp][] = [
    ["'x'.repeat(2 ** 29 + 2 ** 28).length;", /^Line 1: RangeError: Invalid string length/],
    ['new Array(2 ** 32);', /^Line 1: RangeError: Invalid array length/],
    ['new Uint8Array(2 ** 52);', /^Line 1: RangeError/],
    ["console.log('x'.repeat(2 ** 28));", /^Done/],
    [
      'const all = [];\nfor (let i = 0; i < 64; i++) all.push(new Uint8Array(2 ** 26));\nconsole.log(all.length);',
      /^(Done|Line 2: RangeError)/,
    ],
    [
      'const m = new Map();\nfor (let i = 0; ; i++) m.set(i, i);',
      /^(Line 2: RangeError: Map maximum size exceeded|Stopped after)/,
    ],
  ];

  test('ends with an error or by the clock, and Run works again', async ({ open }) => {
    const playground = await PlaygroundPage.open(open);
    for (const [source, ending] of greedy) {
      await playground.bring(source);
      expect(await playground.run(), source).toMatch(ending);
      expect(await playground.frames(), source).toBe(0);
    }
    await playground.bring(HELLO);
    expect(await playground.run()).toMatch(/^Done/);
  });

  test('a search that goes back for ever leaves the page alive until it is stopped', async ({ open }) => {
    const playground = await PlaygroundPage.open(open);
    expect(await stopped(playground, "/^(a+)+$/.test('a'.repeat(40) + 'b');")).toBe('Stopped.');
  });
});

describe('4: messages without measure', () => {
  test('a flood is cut where the runner counts, and said', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, 'for (let i = 0; i < 100000; i++) console.log(i);');
    expect(await playground.run()).toMatch(/^Done in \d+ ms: 1000 lines of text\. The rest is left out/);
  });

  const more = (what: string) => new RegExp(`^Stopped: it sent more than the ${what} that the page takes`);
  const unfit = (why: string) => new RegExp(`^Stopped: it sent something that cannot be shown: ${why}`);
  const unmeasured: Record<string, [source: string, ending: RegExp]> = {
    'a flood of messages': [
      'for (;;) postMessage(\'{"type":"progress","fraction":0}\');',
      more('1500 messages'),
    ],
    'a message of 50 MB': ["postMessage('x'.repeat(50_000_000));", more('1000000 characters')],
    'a message that is no text': ['postMessage({ type: "done" });', unfit('it is no text')],
    'a cyclic message': ['const a: unknown[] = []; a.push(a); postMessage(a);', unfit('it is no text')],
    'an item of a kind of its own': [
      'postMessage(\'{"type":"shown","item":{"kind":"html","html":"<b>"}}\');',
      unfit('it is not of one of the kinds log, table, plot'),
    ],
    'a field of its own': [
      'postMessage(\'{"type":"shown","item":{"kind":"log","level":"log","text":"x","html":"<b>"}}\');',
      unfit("'html' of a line of text is not a field of it"),
    ],
    'more items than a run may show': ["for (let i = 0; i < 1100; i++) log('x');", more('1000 things')],
    'more text than a run may show': [
      "for (let i = 0; i < 200; i++) log('x'.repeat(9000));",
      more('1000000 characters'),
    ],
    'text that is no message': ["postMessage('not JSON'); for (;;);", unfit('it is not text that JSON')],
  };

  test('past the runner, the page counts again', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, HELLO, { runner: BARE_RUNNER });
    for (const [name, [source, ending]] of Object.entries(unmeasured)) {
      await playground.bring(source);
      expect(await playground.run(), name).toMatch(ending);
      expect(await playground.frames(), name).toBe(0);
    }
  });

  test('values that break when they are looked at are shown as far as they can be', async ({ open }) => {
    const playground = await PlaygroundPage.open(
      open,
      `import { show } from 'faultlines';
const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;
show.log(cyclic, new Proxy({}, { ownKeys() { throw 1; } }), Symbol('s'), () => 1);
show.table([{ get broken() { throw new Error('x'); }, f: () => 1, c: cyclic }]);`,
    );
    expect(await playground.run()).toMatch(/^Done/);
    expect(await playground.output()).toContain('{self: [circular]} [unreadable] Symbol(s) [function]');
    expect(await playground.output()).toMatch(/\[unreadable\]\s+\[function f\]\s+\{self: \[circular\]\}/);
  });
});

describe('5: a program that got past the runner', () => {
  const arrived: string[] = [];
  const server = createServer((request, response) => {
    arrived.push(`${request.method} ${request.url}`);
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('content-type', 'text/javascript');
    response.end('0');
  });
  server.on('upgrade', (request, socket) => {
    arrived.push(`upgrade ${request.url}`);
    socket.destroy();
  });
  let there = '';
  beforeAll(async () => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    there = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    arrived.length = 0;
  });

  /** Ways out, each with what it says when it is barred. A way that is not there at all is barred too. */
  const waysOut: Record<string, string> = {
    fetch: "await fetch('http://SERVER/fetch')",
    'fetch without CORS':
      "await fetch('http://SERVER/nocors', { mode: 'no-cors', method: 'POST', body: 'x' })",
    'fetch kept alive': "await fetch('http://SERVER/alive', { keepalive: true, mode: 'no-cors' })",
    XMLHttpRequest:
      "await new Promise((yes, no) => { const x = new XMLHttpRequest(); x.onload = yes; x.onerror = no; x.open('GET', 'http://SERVER/xhr'); x.send(); })",
    'XMLHttpRequest, synchronous':
      "{ const x = new XMLHttpRequest(); x.open('GET', 'http://SERVER/xhrs', false); x.send(); }",
    WebSocket:
      "await new Promise((yes, no) => { const w = new WebSocket('ws://SERVER/ws'); w.onopen = yes; w.onerror = no; })",
    EventSource:
      "await new Promise((yes, no) => { const s = new EventSource('http://SERVER/es'); s.onopen = yes; s.onerror = no; })",
    WebTransport: "await new WebTransport('https://SERVER/wt').ready",
    importScripts: "importScripts('http://SERVER/scripts.js')",
    'importScripts of data': "importScripts('data:text/javascript,0')",
    'importScripts of a blob': "importScripts(URL.createObjectURL(new Blob(['0'])))",
    'import of an address': "await IMPORT('http://SERVER/import.js')",
    'import of data': "await IMPORT('data:text/javascript,0')",
    'import of a blob': "await IMPORT(URL.createObjectURL(new Blob(['0'], { type: 'text/javascript' })))",
    sendBeacon: "if (!navigator.sendBeacon('http://SERVER/beacon', 'x')) throw 0",
    eval: "eval('1')",
    Function: "new Function('return 1')()",
    'a worker from an address':
      "await new Promise((yes, no) => { const w = new Worker('http://SERVER/worker.js'); w.onmessage = yes; w.onerror = no; })",
    'a shared worker':
      "await new Promise((yes, no) => { const w = new SharedWorker('http://SERVER/shared.js'); w.onerror = no; })",
    'fetch in a nested worker':
      'await new Promise((yes, no) => { const w = new Worker(URL.createObjectURL(new Blob(["fetch(\'http://SERVER/nested\').then(() => postMessage(1), () => postMessage(0))"]))); w.onmessage = e => (e.data ? yes() : no()); w.onerror = no; })',
    IndexedDB:
      "await new Promise((yes, no) => { const r = indexedDB.open('x'); r.onsuccess = yes; r.onerror = no; })",
    'Cache Storage': "await caches.open('x')",
    'Cookie Store': "await cookieStore.set('a', 'b')",
    'private file system': 'await navigator.storage.getDirectory()',
    localStorage: "localStorage.setItem('a', 'b')",
    locks: "await navigator.locks.request('x', () => {})",
  };

  test('finds every way out barred, and nothing arrives', async ({ open }) => {
    await fetch(`http://${there}/listening`);
    expect(arrived).toEqual(['GET /listening']);
    arrived.length = 0;
    // The compiler refuses import(), so the ways out stand in the runner's place, where nobody looks at them.
    const attempts = Object.entries(waysOut).map(
      ([name, code]) =>
        `await (async () => { ${code.replaceAll('SERVER', there).replaceAll('IMPORT', 'import')} })().then(() => out.push(${JSON.stringify(name)}), () => {});`,
    );
    const runner = `${BARE_RUNNER}\nglobalThis.attempts = async () => { const out = [];\n${attempts.join('\n')}\nreturn out; };`;
    const playground = await PlaygroundPage.open(
      open,
      "declare const attempts: () => Promise<string[]>;\nlog((await attempts()).join() || 'none');",
      {
        runner,
        problems: [],
      },
    );
    expect(await playground.run()).toMatch(/^Done/);
    expect(await playground.output()).toBe('none');
    expect(arrived).toEqual([]);
    const kept = await playground.page.evaluate(async () => [
      (await indexedDB.databases()).length,
      (await caches.keys()).length,
      document.cookie,
      localStorage.getItem('a'),
    ]);
    expect(kept).toEqual([0, 0, '', null]);
  });

  test('talks to nobody by a channel', async ({ open }) => {
    const playground = await PlaygroundPage.open(
      open,
      "new BroadcastChannel('faultlines').postMessage('hello');",
      { runner: BARE_RUNNER },
    );
    await playground.page.evaluate(() => {
      new BroadcastChannel('faultlines').onmessage = ({ data }) => window.received.push(`broadcast ${data}`);
    });
    expect(await playground.run()).toMatch(/^Done/);
    expect(await playground.page.evaluate(() => window.received)).not.toContain('broadcast hello');
  });

  test('takes the workers that it started with it', async ({ open }) => {
    const source =
      "for (let i = 0; i < 3; i++) new Worker(URL.createObjectURL(new Blob(['for (;;);'])));\nlog('started');\nfor (;;);";
    const playground = await PlaygroundPage.open(open, source, { runner: BARE_RUNNER });
    await playground.button('Run').click();
    await playground.started('started');
    await playground.button('Stop').click();
    expect(await playground.ending()).toBe('Stopped.');
    expect(await playground.frames()).toBe(0);
    await expect
      .poll(() => playground.page.workers().filter(worker => worker.url().startsWith('blob:')).length)
      .toBe(0);
  });
});

describe('6: the page is out of reach', () => {
  const missing = [
    ...['parent', 'top', 'document', 'window', 'self', 'opener', 'frames', 'location', 'navigator', 'close'],
    ...['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookieStore'],
    ...['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'importScripts', 'WebTransport'],
    ...['Worker', 'postMessage', 'BroadcastChannel', 'MessageChannel', 'SharedArrayBuffer', 'WebAssembly'],
  ];

  test('nothing that leads to it exists for a program', async ({ open }) => {
    const playground = await PlaygroundPage.open(
      open,
      `console.log(${missing.map(name => `typeof ${name}`).join(', ')});\nself.close();`,
    );
    expect(await playground.run()).toBe('Line 2: ReferenceError: self is not defined.');
    expect(await playground.output()).toBe(missing.map(() => 'undefined').join(' '));
  });

  test('past the runner, neither', async ({ open }) => {
    const playground = await PlaygroundPage.open(
      open,
      "for (const name of ['parent', 'top', 'document', 'window', 'localStorage', 'opener']) log(typeof (globalThis as Record<string, unknown>)[name]);\nlog(self.origin);\nclose();",
      { runner: BARE_RUNNER },
    );
    expect(await playground.run()).toMatch(/^Done/);
    expect((await playground.output()).split('\n')).toEqual([
      'undefined',
      'undefined',
      'undefined',
      'undefined',
      'undefined',
      'undefined',
      'null',
    ]);
  });

  test('the frame’s own document has an opaque origin and may load nothing', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, "log('started'); for (;;);", { runner: BARE_RUNNER });
    await playground.button('Run').click();
    await playground.started('started');
    const [, frame] = playground.page.frames();
    const reached = await frame.evaluate(async () => {
      const tried = [];
      for (const attempt of [() => parent.document.title, () => localStorage.length, () => document.cookie]) {
        try {
          attempt();
          tried.push('reached');
        } catch {
          tried.push('barred');
        }
      }
      return [self.origin, ...tried];
    });
    expect(reached).toEqual(['null', 'barred', 'barred', 'barred']);
    const element = playground.page.locator('iframe');
    expect(await element.getAttribute('sandbox')).toBe('allow-scripts');
    expect(await element.getAttribute('title')).toBe('Program');
  });
});

describe('7: messages from elsewhere', () => {
  test('are not heard: from the page, from another frame, with a wrong nonce, in another run’s name', async ({
    open,
  }) => {
    const playground = await PlaygroundPage.open(open, HELLO);
    await playground.page.evaluate(() => document.body.append(document.createElement('iframe')));
    await playground.page.frames()[1].evaluate(() => {
      setInterval(() => {
        for (const nonce of ['guess', '']) parent.postMessage(`ready ${nonce}`, '*');
      }, 1);
    });
    await playground.page.evaluate(() => {
      const forge = () => {
        const frame = document.querySelector<HTMLIFrameElement>('iframe[sandbox]');
        for (const nonce of [frame?.name ?? '', 'guess', '']) {
          // From the page itself, as its console or an extension would.
          window.postMessage(`ready ${nonce}`, '*');
          window.postMessage({ type: 'done' }, '*');
          // To the frame, with a port of one's own and the wrong nonce.
          const channel = new MessageChannel();
          channel.port1.onmessage = ({ data }) => window.received.push(`stolen ${data}`);
          if (nonce !== frame?.name) frame?.contentWindow?.postMessage(nonce, '*', [channel.port2]);
        }
      };
      new MutationObserver(forge).observe(document.body, { childList: true });
      forge();
    });
    expect(await playground.run()).toMatch(/^Done/);
    expect(await playground.output()).toBe('hello');
    const received = await playground.page.evaluate(() => window.received);
    expect(received.filter(text => text.startsWith('stolen'))).toEqual([]);
    expect(received.filter(text => text === 'R')).toHaveLength(1);
  });

  test('are of no use from a run that is over', async ({ open }) => {
    const source = "setTimeout(() => log('late'), 300);\nlog('in time');";
    const playground = await PlaygroundPage.open(open, source, { runner: BARE_RUNNER });
    expect(await playground.run()).toMatch(/^Done in \d+ ms: 1 line of text/);
    expect(await playground.run()).toMatch(/^Done in \d+ ms: 1 line of text/);
    await playground.page.waitForTimeout(500);
    expect(await playground.output()).toBe('in time');
  });
});

describe('8: text that would be something else', () => {
  test('is text', async ({ open }) => {
    const source = `import { show } from 'faultlines';
const bad = '<img src=x onerror="document.title=1"></script><a href="javascript:alert(1)">';
console.log(bad, '\\u202eright to left', 'zero\\u200bwidth', '\\u001b[31mred');
show.table([JSON.parse('{"__proto__": "proto", "constructor": "made"}'), { toString: bad, hasOwnProperty: 1 }], { title: bad });
throw new Error(bad + '\\u202e');`;
    const playground = await PlaygroundPage.open(open, source);
    const says = await playground.run();
    expect(says).toMatch(/^Line 5: Error: <img src=x/);
    expect(says).toContain('\\u202e');
    const output = await playground.output();
    expect(output).toContain(
      '<a href="javascript:alert(1)"> \\u202eright to left zero\\u200bwidth \\u001b[31mred',
    );
    expect(output).toMatch(/proto\s+made/);
    expect(await playground.box.locator('.fl-pg-output').locator('img, a, script').count()).toBe(0);
    expect(
      await playground.page.evaluate(() => [Object.keys(Object.prototype), ({} as { made?: string }).made]),
    ).toEqual([[], undefined]);
  });
});

describe('9: links that are damaged or hostile', () => {
  const spoilt: [string, (fragment: string) => string, RegExp][] = [
    ['cut short', link => link.slice(0, -9), /damaged/],
    [
      'with a letter changed',
      link => `${link.slice(0, 30)}${link[30] === 'A' ? 'B' : 'A'}${link.slice(31)}`,
      /damaged/,
    ],
    ['with a broken percent sign', link => `${link}%`, /damaged/],
    ['in no alphabet', () => '#s=1.<script>', /damaged/],
    ['from a newer site', link => link.replace('#s=1.', '#s=2.'), /newer version of this site/],
    ['of a megabyte', () => `#s=1.${'A'.repeat(1_000_000)}`, /too long/],
    ['empty', () => '#s=', /damaged/],
  ];

  test('a clear message, the page’s own version, no run, and the next page works', async ({ open }) => {
    const playground = await PlaygroundPage.open(open);
    const { page } = playground;
    const own = await playground.text();
    const good = await linkTo(HELLO);
    for (const [name, spoil, message] of spoilt) {
      await page.goto('about:blank');
      await page.goto(`${new URL(PAGE, sites.root.url).href}${spoil(good)}`, { waitUntil: 'networkidle' });
      await page.locator('.fl-link-notice', { hasText: message }).waitFor();
      expect(await playground.text(), name).toBe(own);
      expect(await playground.framesSeen(), name).toBe(0);
      expect(await playground.says(), name).toBe('');
      await page.locator('.navbar a', { hasText: 'Glossary' }).first().click();
      await page.locator('h1', { hasText: 'Glossary' }).waitFor();
      await page.goBack();
      await page.locator('.fl-link-notice', { hasText: message }).waitFor();
      await page.getByRole('button', { name: 'Close' }).press('Enter');
      expect(await page.evaluate(() => document.activeElement?.localName)).toBe('h1');
      expect(new URL(page.url()).hash, name).toBe('');
    }
  });

  test('one that is meant for another page says so', async ({ open }) => {
    const { encodeLink } = await import('../src/playground/link/codec.ts');
    const link = await encodeLink({ kind: 'program', page: 'some/where', source: HELLO }, '0.1.0');
    const page = await open(`${PAGE}#s=${link}`);
    await page.locator('.fl-link-notice', { hasText: 'not on this page' }).waitFor();
  });

  test('one from another version of the model says so', async ({ open }) => {
    const { encodeLink } = await import('../src/playground/link/codec.ts');
    const link = await encodeLink({ kind: 'program', page: `${PAGE}first`, source: HELLO }, '0.0.1');
    const page = await open(`${PAGE}#s=${link}`);
    await page.locator('.fl-pg-notice', { hasText: 'written for version 0.0.1 of the model' }).waitFor();
  });
});

describe('14: the policies hold', () => {
  test('a page with a run in it violates none', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, HELLO, {
      before:
        "document.addEventListener('securitypolicyviolation', e => window.received.push('violation ' + e.violatedDirective));",
    });
    expect(await playground.run()).toMatch(/^Done/);
    const received = await playground.page.evaluate(() => window.received);
    expect(received.filter(text => text.startsWith('violation'))).toEqual([]);
  });
});
