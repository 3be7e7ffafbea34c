import { describe, expect } from 'vitest';
import { execute } from '../plugins/playgrounds/execute.ts';
import { PAGE, PlaygroundPage } from './playgroundPage.ts';
import { sites, test } from './support/site.ts';

const HELLO = "import { show } from 'faultlines';\nshow.log('hello');";

describe.each(Object.entries(sites))('the playground of the %s build', (_, site) => {
  test('runs the program of the page, and shows what Node showed when the page was built', async ({
    open,
  }) => {
    const playground = await PlaygroundPage.open(open, undefined, { site });
    const recorded = await playground.output();
    expect(recorded).not.toBe('');
    expect(await playground.run()).toMatch(/^Done in \d+ ms: /);
    expect(await playground.output()).toBe(recorded);
  });

  test('runs what is typed', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, undefined, { site });
    await playground.button('Edit').click();
    await playground.page.locator('.cm-content').waitFor();
    await playground.page.keyboard.press('Control+A');
    await playground.page.keyboard.type("console.log('typed');");
    await playground.page.keyboard.press('Control+Enter');
    expect(await playground.ending()).toMatch(/^Done in \d+ ms: 1 line of text/);
    expect(await playground.output()).toBe('typed');
  });
});

describe('without JavaScript', () => {
  test('program and output stand in the page, and it says why it does not run', async ({ open }) => {
    const page = await open(PAGE, { javaScriptEnabled: false });
    const box = page.locator('.fl-pg').first();
    expect(await box.locator('.fl-pg-line').first().innerText()).not.toBe('');
    expect((await box.locator('.fl-pg-output').innerText()).trim()).not.toBe('');
    expect(await box.getByRole('button', { name: 'Run' }).isDisabled()).toBe(true);
    expect(await box.innerText()).toContain('Running it needs JavaScript');
  });
});

describe('what a program shows', () => {
  test('tables, plots, memory maps, timelines and text are drawn', async ({ open }) => {
    const playground = await PlaygroundPage.open(
      open,
      `import { show } from 'faultlines';
show.table([{ a: 1 }], { title: 'A table' });
show.plot([{ x: 1, y: 2 }, { x: 2, y: 3 }], { x: 'x', y: 'y', title: 'A plot' });
show.memoryMap([{ gfn: 0, pages: 512, kind: 'private' }], { title: 'A map' });
show.timeline([{ name: 'vcpu0', slices: [{ start: 0, end: 5, name: 'fault', kind: 'run' }] }], { title: 'A timeline' });
console.warn('careful');`,
    );
    expect(await playground.run()).toMatch(/: 1 table, 1 plot, 1 memory map, 1 timeline, 1 line of text\.$/);
    const titles = await playground.box.locator('.fl-pg-output figcaption').allInnerTexts();
    expect(titles).toEqual(['A table', 'A plot', 'A map', 'A timeline']);
    expect(await playground.output()).not.toContain('could not be drawn');
    expect(await playground.output()).toContain('Warning: careful');
  });

  test('is announced once', async ({ open }) => {
    const playground = await PlaygroundPage.open(open, HELLO);
    await playground.page.evaluate(() => {
      const status = document.querySelector('.fl-pg [role=status]') as Element;
      new MutationObserver(() => {
        if (status.textContent) window.received.push(`said ${status.textContent}`);
      }).observe(status, { childList: true, characterData: true, subtree: true });
    });
    await playground.run();
    const said = (await playground.page.evaluate(() => window.received)).filter(text =>
      text.startsWith('said'),
    );
    expect(said).toHaveLength(1);
    expect(await playground.box.getByRole('status').getAttribute('aria-live')).not.toBe('assertive');
    expect(await playground.box.locator('.fl-pg-output').getAttribute('aria-live')).toBeNull();
  });
});

describe('the same program', () => {
  const programs = [
    "import { Random, show } from 'faultlines';\nconst r = new Random(42);\nfor (let i = 0; i < 50; i++) show.log(r.fraction(), r.exponential(1e6), 0.1 * i, 1 / (3 + i), Math.sqrt(i));",
    "import { defaults, findExperiment, show } from 'faultlines';\nconst e = findExperiment('private-memory/boot')!;\nshow.table([...e.run(defaults(e.params))]);",
    "console.log((1e21).toLocaleString(), ['b', 'a', 'ä'].sort((x, y) => x.localeCompare(y)), new Map([[1, new Set([2n])]]), -0, [1.5e300, 2 ** 53]);",
  ];

  test.for(programs)('shows the same in Node and here, byte for byte: %s', async (source, { open }) => {
    const { messages, failure } = await execute(source, 20_000);
    expect(failure).toBeUndefined();
    const playground = await PlaygroundPage.open(open, source);
    await playground.run();
    const received = await playground.page.evaluate(() => window.received);
    expect(received).toEqual(['R', ...messages.map(text => `W${text}`)]);
  });
});
