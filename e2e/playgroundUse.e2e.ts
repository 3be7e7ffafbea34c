import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { decodeLink } from '../src/playground/link/codec.ts';
import { linkTo, PAGE, PlaygroundPage, PROGRAM } from './playgroundPage.ts';
import { sites, test } from './support/site.ts';

const HELLO = "import { show } from 'faultlines';\nshow.log('hello');";

/** Opens the editor and puts a text in it. */
async function type(playground: PlaygroundPage, text: string): Promise<void> {
  await playground.button('Edit').click();
  await playground.page.locator('.cm-content').waitFor();
  await playground.page.keyboard.press('ControlOrMeta+A');
  await playground.page.keyboard.type(text);
}

describe('what is fetched', () => {
  test('neither editor nor compiler nor model before somebody asks', async ({ open }) => {
    const page = await open('glossary/');
    const fetched: string[] = [];
    page.on('response', async response => {
      if (response.url().endsWith('.js')) fetched.push(await response.text().catch(() => ''));
    });
    await page.goto(new URL(PAGE, sites.root.url).href, { waitUntil: 'networkidle' });
    const has = (sign: string) => fetched.some(text => text.includes(sign));
    const signs = {
      editor: 'cm-lineNumbers',
      compiler: 'Error transforming',
      runner: '__faultlines__',
      sandbox: 'allow-scripts',
    };
    await expect.poll(() => fetched.length).toBeGreaterThan(2);
    expect(Object.values(signs).filter(has)).toEqual([]);
    await page.locator('.fl-pg').first().getByRole('button', { name: 'Run' }).click();
    await expect.poll(() => [signs.compiler, signs.runner, signs.sandbox].every(has)).toBe(true);
    expect(has(signs.editor)).toBe(false);
    await page.locator('.fl-pg').first().getByRole('button', { name: 'Edit' }).click();
    await expect.poll(() => has(signs.editor)).toBe(true);
  });

  test('the editor takes the place of the text to the pixel', async ({ open }) => {
    const playground = await PlaygroundPage.open(open);
    /** Where each line's text stands in the playground: left, top and width of its first piece. */
    const places = (lines: string) =>
      playground.box.evaluate((box, selector) => {
        const origin = box.getBoundingClientRect();
        const found = [...box.querySelectorAll(selector)].map(line => {
          const text = document.createTreeWalker(line, NodeFilter.SHOW_TEXT).nextNode();
          if (!text?.textContent?.trim()) return null;
          const range = document.createRange();
          range.selectNodeContents(text);
          const { x, y, width } = range.getBoundingClientRect();
          return [x - origin.x, y - origin.y, width].map(Math.round);
        });
        return { height: Math.round(origin.height), found };
      }, lines);
    const before = await places('.fl-pg-line');
    expect(before.found.length).toBeGreaterThan(5);
    await playground.button('Edit').click();
    await playground.page.locator('.cm-content').waitFor();
    // The editor measures itself once more after it has been put in; where it comes to rest is what counts.
    await expect
      .poll(async () => {
        const after = await places('.cm-line');
        // It writes out the lines that are on the screen; each stands where the same text stood.
        const seen = after.found.filter(place => place !== null);
        const known = before.found.map(place => String(place));
        return {
          height: after.height,
          enough: seen.length > 5,
          moved: seen.filter(place => !known.includes(String(place))),
        };
      })
      .toEqual({ height: before.height, enough: true, moved: [] });
  });
});

describe('10: a link', () => {
  test('puts its program in the playground, says so, and runs nothing until Run is pressed', async ({
    open,
  }) => {
    const playground = await PlaygroundPage.open(open, HELLO);
    await playground.page.waitForTimeout(500);
    expect(await playground.framesSeen()).toBe(0);
    expect(await playground.says()).toBe('');
    expect(await playground.box.innerText()).toContain('This program came with a link');
    expect(await playground.run()).toMatch(/^Done/);
  });

  test('leaves the page’s own version one click away, and the reader’s own edits too', async ({ open }) => {
    const playground = await PlaygroundPage.open(open);
    const own = await playground.text();
    await type(playground, 'const mine = 1;');
    await playground.bring(HELLO);
    const isInText = () =>
      playground.page.evaluate(() => document.activeElement?.closest('.fl-pg-static, .cm-editor') !== null);
    await playground.button('What I had written here').press('Enter');
    await playground.holds('const mine = 1;');
    // The button is gone: the focus is on what it brought.
    expect(await isInText()).toBe(true);
    await playground.bring("import { show } from 'faultlines';\nshow.log('other');");
    await playground.button('Page’s own version').press('Enter');
    await playground.holds(own);
    expect(await isInText()).toBe(true);
    await playground.button('Bring back what was here').click();
    await playground.holds("import { show } from 'faultlines';\nshow.log('other');");
  });

  test('is there again after Back and Forward, and runs no more than before', async ({ open }) => {
    const other = "import { show } from 'faultlines';\nshow.log('other');";
    const playground = await PlaygroundPage.open(open, HELLO);
    await playground.bring(other);
    await playground.page.goBack();
    await playground.holds(HELLO);
    await playground.page.goForward();
    await playground.holds(other);
    await playground.page.locator('.navbar a', { hasText: 'Glossary' }).first().click();
    await playground.page.locator('h1', { hasText: 'Glossary' }).waitFor();
    await playground.page.goBack();
    await playground.holds(other);
    expect(await playground.framesSeen()).toBe(0);
  });

  test('to a program without an end does no harm when the page is opened again', async ({ open }) => {
    const endless = "import { show } from 'faultlines';\nshow.log('started');\nfor (;;);";
    const playground = await PlaygroundPage.open(open, endless);
    await playground.button('Run').click();
    await playground.started('started');
    await playground.page.reload({ waitUntil: 'networkidle' });
    await playground.holds(endless);
    expect(await playground.framesSeen()).toBe(0);
    await playground.bring(HELLO);
    expect(await playground.run()).toMatch(/^Done/);
  });

  test('is made by Share, which alone changes the address', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, undefined, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const address = playground.page.url();
    await type(playground, "console.log('shared');");
    await playground.page.keyboard.press('Control+Enter');
    await playground.ending();
    expect(playground.page.url()).toBe(address);
    await playground.button('Share').click();
    await playground.page.waitForURL(/#s=/);
    await expect.poll(() => playground.says()).toMatch(/^Link copied: \d+ characters/);
    const copied = await playground.page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe(playground.page.url());
    expect(copied.length).toBeLessThan(2000);
    expect(await decodeLink(new URL(copied).hash.slice(3))).toMatchObject({
      ok: true,
      state: { kind: 'program', page: PROGRAM, source: "console.log('shared');" },
    });
    // To the reader it stays his own text, not one that came from elsewhere.
    await playground.page.reload({ waitUntil: 'networkidle' });
    await playground.holds("console.log('shared');");
    expect(await playground.box.innerText()).not.toContain('This program came with a link');
  });

  test('leads to its program, however far down the page that stands', async ({ open }) => {
    const { page, box } = await PlaygroundPage.open(open, HELLO);
    const inView = () =>
      box.evaluate(({ firstElementChild }) => {
        const { top } = (firstElementChild as Element).getBoundingClientRect();
        return top >= 0 && top < window.innerHeight;
      });
    expect(await page.evaluate(() => document.body.scrollHeight > 4 * window.innerHeight)).toBe(true);
    await expect.poll(inView).toBe(true);
  });

  test('is shown to be copied by hand where the clipboard is out of reach', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, undefined, {
      before: "Object.defineProperty(navigator, 'clipboard', { value: undefined });",
    });
    await playground.button('Share').click();
    expect(await playground.box.getByLabel('Link to this program').inputValue()).toMatch(/#s=1\./);
  });
});

describe('edits', () => {
  test('survive navigation and reload, and run nothing by themselves', async ({ open }) => {
    const playground = await PlaygroundPage.open(open);
    await type(playground, 'for (;;);');
    await playground.page.locator('.navbar a', { hasText: 'Glossary' }).first().click();
    await playground.page.locator('h1', { hasText: 'Glossary' }).waitFor();
    await playground.page.goBack();
    await playground.holds('for (;;);');
    await playground.page.reload({ waitUntil: 'networkidle' });
    await playground.holds('for (;;);');
    expect(await playground.framesSeen()).toBe(0);
    await playground.button('Reset').click();
    await playground.page.reload({ waitUntil: 'networkidle' });
    expect(await playground.text()).not.toContain('for (;;);');
  });

  test.for([
    [
      'is forbidden',
      "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });",
    ],
    [
      'is full',
      "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };",
    ],
    ['holds rubbish', "try { localStorage.setItem('faultlines:drafts', '{'); } catch {}"],
  ])('work where storage %s', async ([, before], { open }) => {
    // Docusaurus, too, warns of a storage that it may not use.
    const playground = await PlaygroundPage.open(open, undefined, { before, problems: [] });
    await type(playground, "console.log('typed');");
    await playground.page.keyboard.press('Control+Enter');
    expect(await playground.ending()).toMatch(/^Done/);
  });
});

describe('11: one run at a time, and nothing left of it', () => {
  test('Run pressed twice runs once; Run while stopping runs after', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, HELLO);
    await playground.button('Run').evaluate((button: HTMLElement) => {
      button.click();
      button.click();
    });
    expect(await playground.ending()).toMatch(/1 line of text/);
    expect(await playground.framesSeen()).toBe(1);
    await playground.button('Run').evaluate((button: HTMLElement) => button.click());
    await playground.button('Stop').evaluate((button: HTMLElement) => button.click());
    expect(await playground.ending()).toMatch(/^(Stopped|Done)/);
    expect(await playground.run()).toMatch(/^Done/);
    expect(await playground.output()).toBe('hello');
  });

  test('a hundred runs leave no frame, no worker and no listener', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, HELLO, {
      before: `
        window.listening = new Set();
        for (const [name, count] of [['addEventListener', 'add'], ['removeEventListener', 'delete']]) {
          const native = window[name];
          window[name] = function (type, listener, ...rest) {
            if (type === 'message') window.listening[count](listener);
            return native.call(this, type, listener, ...rest);
          };
        }`,
    });
    const { page } = playground;
    const listening = () =>
      page.evaluate(() => (window as unknown as { listening: Set<unknown> }).listening.size);
    const before = await listening();
    // Pressed from within the page: a hundred round trips of the test's own would take longer than the runs.
    const endings = await page.evaluate(async () => {
      const box = document.querySelector('.fl-pg') as Element;
      const [run, stop] = box.querySelectorAll<HTMLButtonElement>('.fl-pg-actions button');
      const status = box.querySelector('[role=status]') as Element;
      const seen: string[] = [];
      for (let i = 0; i < 100; i++) {
        run.click();
        const running = () => !stop.ariaDisabled || status.textContent === '';
        do await new Promise(resolve => setTimeout(resolve, 5));
        while (running());
        seen.push(String(status.textContent).slice(0, 4));
      }
      return seen;
    });
    expect(endings).toEqual(Array(100).fill('Done'));
    expect(await playground.framesSeen()).toBe(100);
    expect(await playground.frames()).toBe(0);
    expect(page.frames()).toHaveLength(1);
    expect(await listening()).toBe(before);
    // The one that stays is the compiler, which runs no program.
    await expect.poll(() => page.workers().filter(worker => worker.url().startsWith('blob:')).length).toBe(0);
    expect(page.workers().length).toBeLessThanOrEqual(1);
  });

  test('leaving the page ends the run', async ({ open }) => {
    const playground = await PlaygroundPage.open(
      open,
      "import { show } from 'faultlines';\nshow.log('started');\nfor (;;);",
    );
    await playground.button('Run').click();
    await playground.started('started');
    await playground.page.locator('.navbar a', { hasText: 'Glossary' }).first().click();
    await playground.page.locator('h1', { hasText: 'Glossary' }).waitFor();
    expect(await playground.frames()).toBe(0);
    await expect
      .poll(() => playground.page.workers().filter(worker => worker.url().startsWith('blob:')).length)
      .toBe(0);
  });

  test('a run goes on in a tab that is not looked at', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, HELLO);
    await playground.button('Run').click();
    const other = await playground.page.context().newPage();
    await other.bringToFront();
    expect(await playground.ending()).toMatch(/^Done/);
    await other.close();
  });
});

describe('12: an error', () => {
  const errors: [string, RegExp, number][] = [
    ["const a = 1;\n\nthrow new TypeError('bad');", /^Line 3: TypeError: bad/, 3],
    ['const a = 1;\nconst a = 2;', /^Line 2: SyntaxError: Identifier 'a' has already been declared/, 2],
    ['type A = {\n  b: number;\n};\nconst c = ;', /^Line 4: Unexpected ';'\. Nothing was run\./, 4],
    ['\n\nnamespace A { export const b = 1 }', /^Line 3: The body of a namespace/, 3],
    [
      "import {\n  show,\n  shwo,\n} from 'faultlines';\nshwo(show);",
      /^Line 3: 'faultlines' exports no 'shwo'; did you mean 'show'\?/,
      3,
    ],
    [
      "import { show } from 'faultlines';\nfunction f() {\n  show.table(5 as never);\n}\nf();",
      /^Line 3: TypeError: show\.table takes a list.* Called from line 5\.$/,
      3,
    ],
    ['await null;\nawait Promise.reject(new Error("late"));', /^Line 2: Error: late/, 2],
    ['\nPromise.reject(new Error("nobody"));', /^Line 2: Error: nobody/, 2],
    ["\nnew Function('return 1')();", /^Line 2: EvalError: A program cannot make code from text here\.$/, 2],
  ];

  test('is told with its line, and marked there', async ({ open }) => {
    const playground = await PlaygroundPage.open(open);
    for (const [source, says, line] of errors) {
      await playground.bring(source);
      expect(await playground.run()).toMatch(says);
      const classes = await playground.box
        .locator('.fl-pg-line')
        .evaluateAll(lines => lines.map(l => l.className));
      expect(
        classes.findIndex(name => name.includes('fl-pg-problem-line')),
        source,
      ).toBe(line - 1);
    }
  });

  test('is none where nothing is shown, but there is a word on what would', async ({ open }) => {
    const playground = await PlaygroundPage.open(
      open,
      "import { Engine } from 'faultlines';\nnew Engine().spawn('g', (function* () {})());",
    );
    expect(await playground.run()).toMatch(/nothing was shown\. .* actors begin with engine\.run\(\)\.$/);
  });

  test('is one press from its line, and its mark goes with the text', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, errors[0][0]);
    await playground.run();
    for (const time of [1, 2]) {
      await playground.button('Go to line 3').click();
      await playground.page.locator('.cm-line.fl-pg-problem-line').waitFor();
      await playground.page.keyboard.type(`/* ${time} */ `);
      expect(await playground.box.locator('.cm-line').nth(2).innerText()).toMatch(
        new RegExp(`^/\\* ${time} \\*/`),
      );
      expect(await playground.box.locator('.fl-pg-problem-line').count()).toBe(0);
      expect(await playground.run()).toMatch(/^Line 3/);
    }
  });
});

describe('13: by keyboard alone', () => {
  /** Presses Tab until the focus is on what is sought. */
  async function tabTo(page: Page, sought: string): Promise<void> {
    for (let i = 0; i < 500; i++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(selector => document.activeElement?.matches(selector) ?? false, sought)) return;
    }
    throw new Error(`Tab never came to ${sought}`);
  }

  test('in, type, out, run, and no trap', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, HELLO);
    const { page } = playground;
    await tabTo(page, '.fl-pg-static');
    await page.keyboard.press('Control+Enter');
    expect(await playground.ending()).toMatch(/^Done/);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Run');
    await tabTo(page, '.fl-pg-actions button:nth-of-type(3)');
    await page.keyboard.press('Enter');
    await page.locator('.cm-content:focus').waitFor();
    // Nothing typed yet: Tab goes on.
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Run');
    await page.keyboard.press('Shift+Tab');
    await page.locator('.cm-content:focus').waitFor();
    // Something typed: Tab indents; Esc sets it free again.
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Tab');
    await page.keyboard.type('1;');
    expect(await page.locator('.cm-line').first().innerText()).toMatch(/^ {2}1;/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Run');
    await page.keyboard.press('Enter');
    expect(await playground.ending()).toMatch(/^Done/);
  });

  test('stopping leaves the focus where it is', async ({ open }) => {
    const playground = await PlaygroundPage.open(
      open,
      "import { show } from 'faultlines';\nshow.log('started');\nfor (;;);",
    );
    const { page } = playground;
    await tabTo(page, '.fl-pg-primary');
    await page.keyboard.press('Enter');
    await playground.started('started');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await playground.ending()).toBe('Stopped.');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Stop');
  });

  test('keys that mean something elsewhere are letters in the editor', async ({ open }) => {
    const playground = await PlaygroundPage.open(open);
    await type(playground, 's/?kj.ct1');
    await playground.holds('s/?kj.ct1');
    expect(new URL(playground.page.url()).pathname).toContain(PAGE);
  });
});

describe('everybody can use it', () => {
  const looks = {
    light: { colorScheme: 'light' },
    dark: { colorScheme: 'dark' },
    phone: { colorScheme: 'light', viewport: { width: 390, height: 844 } },
  } as const;

  async function objections(page: Page): Promise<string[]> {
    await page.evaluate(axe.source);
    return page.evaluate(async () => {
      const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' | ')}`);
    });
  }

  test.for(Object.entries(looks))(
    '%s: axe objects to no state of it, and nothing scrolls sideways',
    async ([, look], { open }) => {
      const source = `import { show } from 'faultlines';
console.log('a line'); console.warn('a warning'); console.error('an error ' + 'x'.repeat(200));
show.table([{ a: 1, b: 'two' }]);
show.memoryMap([{ gfn: 0, pages: 512, kind: 'private' }, { gfn: 512, pages: 512, kind: 'shared' }]);
null!.x;`;
      const playground = await PlaygroundPage.open(open, source, look);
      const { page } = playground;
      const wide = () =>
        page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(await objections(page)).toEqual([]);
      expect(await playground.run()).toMatch(/^Line 5/);
      expect(await objections(page)).toEqual([]);
      await playground.button('Edit').click();
      await page.locator('.cm-content').waitFor();
      await playground.run();
      expect(await objections(page)).toEqual([]);
      expect(await wide()).toBe(0);
      await page.evaluate(() => {
        window.location.hash = '#s=1.broken';
      });
      await page.locator('.fl-link-notice', { hasText: 'damaged' }).waitFor();
      expect(await objections(page)).toEqual([]);
      expect(await wide()).toBe(0);
    },
  );

  test('it prints: all of the text, no buttons', async ({ open }) => {
    const program = `console.log('${'long '.repeat(60)}');\n${'// line\n'.repeat(200)}// last`;
    const playground = await PlaygroundPage.open(open, program);
    await playground.button('Edit').click();
    await playground.page.locator('.cm-content').waitFor();
    await playground.page.emulateMedia({ media: 'print' });
    expect(await playground.button('Run').isVisible()).toBe(false);
    const { scrollWidth, clientWidth } = await playground.box
      .locator('.fl-pg-static')
      .evaluate(({ scrollWidth, clientWidth }) => ({ scrollWidth, clientWidth }));
    expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
    expect(await playground.box.locator('.fl-pg-static').innerText()).toContain('// last');
  });
});

test('a link is decoded here as it was encoded in Node', async ({ open }) => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as a program would have it
  const source = 'äöü 漢字 😀 `${1}` \\ "quotes" \t tabs\n'.repeat(40).trimEnd();
  const playground = await PlaygroundPage.open(open, source);
  await playground.button('Share').click();
  await playground.page.waitForURL(/#s=/);
  const made = new URL(playground.page.url()).hash;
  expect(await decodeLink(made.slice(3))).toMatchObject({ ok: true, state: { source } });
  expect(await linkTo(source)).toMatch(/^#s=1\./);
});
