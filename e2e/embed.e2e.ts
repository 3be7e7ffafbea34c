import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import axe from 'axe-core';
import type { FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { snippetOf } from '../src/components/Embed/snippet.ts';
import { MODEL_VERSION } from '../src/model/version.ts';
import { fragmentOf } from '../src/playground/link/address.ts';
import { encodeLink } from '../src/playground/link/codec.ts';
import type { LinkState } from '../src/playground/link/state.ts';
import { sites, test } from './support/site.ts';

/** Somebody else's site: every page of it holds the snippet that stands in its address. */
let host: Server;
let origin: string;
beforeAll(async () => {
  host = createServer((request, response) => {
    const snippet = decodeURIComponent((request.url ?? '').split('?')[1] ?? '');
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><html lang="en"><title>Somebody else</title><body>${snippet}</body></html>`);
  });
  await new Promise<void>(resolve => {
    host.listen(0, '127.0.0.1', resolve);
  });
  origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
});
afterAll(() => {
  host.closeAllConnections();
  host.close();
});

async function embedded(page: Page, state: LinkState): Promise<FrameLocator> {
  const address = `${sites.root.url}embed/${fragmentOf(await encodeLink(state, MODEL_VERSION))}`;
  await page.goto(`${origin}/?${encodeURIComponent(snippetOf(address, 'A figure'))}`);
  return page.frameLocator('iframe');
}

describe('in somebody else’s page', () => {
  test('an experiment stands with its values, runs when asked, and has the height it needs', async ({
    open,
  }) => {
    const page = await open('404.html', { problems: [] });
    const frame = await embedded(page, {
      kind: 'experiment',
      id: 'private-memory/boot',
      values: { transactions: 4321 },
    });
    await frame.getByText('These values came with a link.').waitFor();
    expect(await frame.locator('nav, footer').count()).toBe(0);
    expect(await frame.locator('input[type=text]').first().inputValue()).toBe('4321');
    await frame.locator('.fl-outcome svg').first().waitFor({ state: 'attached' });
    await frame.getByRole('button', { name: 'Run', exact: true }).click();
    await frame.getByText('Shown: the run with these values.').waitFor();
    const iframe = page.locator('iframe');
    await expect.poll(async () => Number(await iframe.getAttribute('height'))).toBeGreaterThan(700);
    const inner = await frame.locator('body').evaluate(body => body.scrollHeight);
    await expect
      .poll(async () => Math.abs(Number(await iframe.getAttribute('height')) - inner))
      .toBeLessThan(30);
    const back = frame.getByRole('link', { name: /Faultlines/ });
    expect(await back.getAttribute('href')).toMatch(/^\/debates\/private-memory\/#s=1\./);
  });

  test('a race and a program stand there too', async ({ open }) => {
    const page = await open('404.html', { problems: [] });
    const race = await embedded(page, {
      kind: 'race',
      id: 'private-memory/flip-vs-fault',
      design: 'no-range',
      schedule: '',
      cursor: 0,
    });
    await race.getByText('This state came with a link.').waitFor();
    const program = await embedded(page, {
      kind: 'program',
      page: 'debates/private-memory/first',
      source: "import { show } from 'faultlines';\nshow.log('from afar');",
    });
    await program.getByText('This program came with a link').waitFor();
    expect(await program.locator('.fl-pg-output').innerText()).not.toContain('from afar');
    await program.getByRole('button', { name: 'Run', exact: true }).click();
    await program.locator('.fl-pg-output').getByText('from afar').waitFor();
  });

  test('what is damaged or of nothing is said', async ({ open }) => {
    const page = await open('404.html', { problems: [] });
    for (const [fragment, says] of [
      ['#s=1.abc', 'The link is damaged'],
      ['', 'names nothing to show'],
      [
        fragmentOf(await encodeLink({ kind: 'experiment', id: 'no/such', values: {} }, MODEL_VERSION)),
        'There is no experiment no/such',
      ],
    ]) {
      await page.goto(
        `${origin}/?${encodeURIComponent(snippetOf(`${sites.root.url}embed/${fragment}`, 'A figure'))}`,
      );
      await page.frameLocator('iframe').locator('main').getByText(says).waitFor();
      expect(
        await page
          .frameLocator('iframe')
          .getByRole('link', { name: /Faultlines/ })
          .count(),
      ).toBe(1);
    }
  });

  test('no other page of the site can be framed', async ({ open }) => {
    const problems: string[] = [];
    const page = await open('404.html', { problems });
    await page.goto(`${origin}/?${encodeURIComponent(snippetOf(`${sites.root.url}glossary/`, 'A page'))}`);
    await expect.poll(() => problems.join()).toContain('frame-ancestors');
    expect(await page.frameLocator('iframe').locator('.navbar').count()).toBe(0);
  });
});

describe('the snippet of what stands in a page shows the same', () => {
  const framed = async (page: Page, snippet: string): Promise<FrameLocator> => {
    await page.goto(`${origin}/?${encodeURIComponent(snippet)}`);
    return page.frameLocator('iframe');
  };

  test('of a race: protocol, schedule and step', async ({ open }) => {
    const page = await open('debates/private-memory/', { problems: [] });
    const panel = page.locator('#race-private-memory-flip-vs-fault');
    await panel.getByLabel('Protocol').selectOption('no-range');
    await panel
      .getByRole('button', { name: /Step through/ })
      .first()
      .click();
    await panel.getByRole('button', { name: 'Forward' }).click();
    const where = await panel.locator('.fl-race-where', { hasText: 'Step 1 of' }).textContent();
    await panel.locator('.fl-save summary').click();
    await panel.getByRole('button', { name: 'Citation' }).click();
    expect(await panel.getByLabel('Citation').inputValue()).toMatch(
      /race private-memory\/flip-vs-fault.*with protocol no-range, step 1 of schedule \S+\. http/,
    );
    await panel.getByRole('button', { name: 'Embed' }).click();
    const frame = await framed(page, await panel.getByLabel('Snippet to embed').inputValue());
    await frame.getByText('This state came with a link.').waitFor();
    await expect.poll(() => frame.locator('.fl-race-where').textContent()).toBe(where);
    expect(await frame.getByLabel('Protocol').inputValue()).toBe('no-range');
  });

  test.for([
    { what: 'a page', path: 'debates/private-memory/', program: 'debates/private-memory/first' },
    { what: 'the lab', path: 'lab/', program: undefined },
  ])('of a program of $what: its text, which runs when asked', async ({ path, program }, { open }) => {
    const source = "import { show } from 'faultlines';\nshow.log('from afar');";
    const state = { kind: 'program' as const, source, ...(program ? { page: program } : {}) };
    const page = await open(`${path}${fragmentOf(await encodeLink(state, MODEL_VERSION))}`, { problems: [] });
    const own = page.locator('.fl-pg', { hasText: 'This program came with a link' });
    await own.locator('.fl-save summary').click();
    await own.getByRole('button', { name: 'Citation' }).click();
    expect(await own.getByLabel('Citation').inputValue()).toMatch(
      new RegExp(`program${program ? ` ${program}` : ''}, as the link has it\\. http\\S+/${path}#s=1\\.`),
    );
    await own.getByRole('button', { name: 'Embed' }).click();
    const frame = await framed(page, await own.getByLabel('Snippet to embed').inputValue());
    await frame.getByText('This program came with a link').waitFor();
    expect(await frame.locator('.fl-pg-output').innerText()).not.toContain('from afar');
    await frame.getByRole('button', { name: 'Run', exact: true }).click();
    await frame.locator('.fl-pg-output').getByText('from afar').waitFor();
    expect(await frame.getByRole('link', { name: /Faultlines/ }).getAttribute('href')).toMatch(
      new RegExp(`^/${path}#s=1\\.`),
    );
  });
});

test('two programs stand beside each other in a frame, as their snippet says', async ({ open }) => {
  const show = (text: string) => `import { show } from 'faultlines';\nshow.log('${text}');`;
  const state = { kind: 'pair' as const, left: show('one'), right: show('other') };
  const page = await open(`lab/${fragmentOf(await encodeLink(state, MODEL_VERSION))}`, { problems: [] });
  await page.locator('.fl-lab > .fl-save summary').click();
  await page.getByRole('button', { name: 'Citation' }).click();
  expect(await page.getByLabel('Citation').inputValue()).toContain(
    'two programs, as the link has them. http',
  );
  await page.getByRole('button', { name: 'Embed' }).click();
  const snippet = await page.getByLabel('Snippet to embed').inputValue();
  await page.goto(`${origin}/?${encodeURIComponent(snippet)}`);
  const frame = page.frameLocator('iframe');
  await frame.getByRole('button', { name: 'Run both' }).click();
  await frame.locator('.fl-pg-output').nth(0).getByText('one').waitFor();
  await frame.locator('.fl-pg-output').nth(1).getByText('other').waitFor();
  expect(await frame.getByRole('link', { name: /Faultlines/ }).getAttribute('href')).toMatch(
    /^\/lab\/#s=1\./,
  );
});

test('a program is cited by keyboard alone, and the line goes when the program changes', async ({ open }) => {
  const page = await open('debates/private-memory/');
  const own = page.locator('.fl-pg').first();
  await own.locator('.fl-save summary').press('Enter');
  await own.getByRole('button', { name: 'Citation' }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  const line = own.getByLabel('Citation');
  await line.waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  expect(await line.evaluate(field => field === document.activeElement)).toBe(true);
  expect(await page.evaluate(() => window.getSelection()?.toString())).toMatch(/^Faultlines .*#s=1\./);
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run('.fl-pg .fl-save', { resultTypes: ['violations'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' | ')}`);
  });
  expect(found).toEqual([]);
  await own.getByRole('button', { name: 'Edit' }).click();
  await own.locator('.cm-content').waitFor();
  await page.keyboard.type(' ');
  await line.waitFor({ state: 'detached' });
});

test('the save menu gives the snippet of what is set', async ({ open }) => {
  const page = await open('debates/private-memory/');
  const boot = page.locator('#experiment-private-memory-boot');
  await boot.locator('.fl-save summary').click();
  await boot.getByRole('button', { name: 'Embed' }).click();
  const snippet = await boot.getByLabel('Snippet to embed').inputValue();
  expect(snippet).toContain(`<iframe src="${sites.root.url}embed/#s=1.`);
  expect(snippet).toContain('title="');
});
