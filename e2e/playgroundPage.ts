import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { fragmentOf } from '../src/playground/link/address.ts';
import { encodeLink } from '../src/playground/link/codec.ts';
import type { Open, Opening } from './support/site.ts';

/** A page of the site that has a playground, and the program in it. */
export const PAGE = 'debates/private-memory/';
export const PROGRAM = 'debates/private-memory/first';

/** A fragment that brings a program to the playground. */
export async function linkTo(source: string): Promise<string> {
  return fragmentOf(await encodeLink({ kind: 'program', page: PROGRAM, source }, '0.1.0'));
}

/** A runner that leaves a program everything that a worker has: what a program would be that got past the real one. */
export const BARE_RUNNER = `
  globalThis.__run__ = program => {
    const say = item => postMessage(JSON.stringify(item));
    globalThis.log = text => say({ type: 'shown', item: { kind: 'log', level: 'log', text: String(text) } });
    program({}).then(
      () => say({ type: 'done' }),
      error => say({ type: 'failed', error: { name: error.name, message: String(error.message), stack: '' } }),
    );
  };`;

/** Counts frames as they come, and keeps what they send; stands before every script of the page. */
const WATCH = `
  window.framesSeen = 0;
  window.received = [];
  new MutationObserver(records => {
    for (const { addedNodes } of records)
      for (const node of addedNodes) if (node.nodeName === 'IFRAME') window.framesSeen++;
  }).observe(document, { childList: true, subtree: true });
  const Channel = window.MessageChannel;
  window.MessageChannel = class extends Channel {
    constructor() {
      super();
      this.port1.addEventListener('message', ({ data }) => {
        // The page's own scheduler uses channels too, and sends nothing that is text.
        if (typeof data === 'string') window.received.push(data);
      });
    }
  };`;

declare global {
  interface Window {
    framesSeen: number;
    received: string[];
  }
}

export interface ProgramOptions extends Opening {
  /** Replaces the runner. */
  readonly runner?: string;
}

/** The playground of the page, with a program in it that a link brought. Nothing has been run. */
export class PlaygroundPage {
  readonly page: Page;
  readonly box: Locator;

  private constructor(page: Page) {
    this.page = page;
    this.box = page.locator('.fl-pg').first();
  }

  static async open(
    open: Open,
    source?: string,
    { runner, ...opening }: ProgramOptions = {},
  ): Promise<PlaygroundPage> {
    const path = `${PAGE}${source === undefined ? '' : await linkTo(source)}`;
    const page = await open(path, { ...opening, before: `${WATCH}${opening.before ?? ''}` });
    if (runner !== undefined) {
      await replaceRunner(page, runner);
      await page.reload({ waitUntil: 'networkidle' });
    }
    const playground = new PlaygroundPage(page);
    await playground.button('Run').and(page.locator(':enabled')).waitFor();
    if (source !== undefined) await playground.holds(source);
    return playground;
  }

  /** The text in the playground, as static text or in the editor; of a long one the editor has no more than is seen. */
  async text(): Promise<string> {
    const edited = (await this.box.locator('.cm-editor').count()) > 0;
    const lines = await this.box.locator(edited ? '.cm-line' : '.fl-pg-line').allTextContents();
    return lines.map(line => line.replace(/\n$/, '')).join('\n');
  }

  button(name: string): Locator {
    return this.box.getByRole('button', { name, exact: true });
  }

  /** Waits until the text stands in the playground. */
  async holds(source: string): Promise<void> {
    await expect.poll(() => this.text()).toBe(source);
  }

  /** Brings another program by another link, without leaving the page. */
  async bring(source: string): Promise<void> {
    await this.page.evaluate(
      hash => {
        window.location.hash = hash;
      },
      await linkTo(source),
    );
    await this.holds(source);
  }

  /** Presses Run and waits for the ending. */
  async run(): Promise<string> {
    await this.button('Run').click();
    return this.ending();
  }

  /** What the playground says once nothing runs in it. */
  async ending(): Promise<string> {
    await this.box.locator('button[aria-disabled]', { hasText: 'Stop' }).waitFor();
    await this.page.waitForFunction(() => document.querySelector('.fl-pg [role=status]')?.textContent !== '');
    return this.says();
  }

  async says(): Promise<string> {
    return (await this.box.getByRole('status').textContent()) ?? '';
  }

  /** Waits until the program that was started has shown a text; no earlier one may have shown the same. */
  async started(text: string): Promise<void> {
    await this.box.locator('.fl-pg-output', { hasText: text }).waitFor();
  }

  async output(): Promise<string> {
    return (await this.box.locator('.fl-pg-output').innerText()).trim();
  }

  frames(): Promise<number> {
    return this.page.evaluate(() => document.querySelectorAll('iframe').length);
  }

  /** How many frames there ever were. */
  framesSeen(): Promise<number> {
    return this.page.evaluate(() => window.framesSeen);
  }
}

/** Serves another runner in place of the site's own. */
async function replaceRunner(page: Page, code: string): Promise<void> {
  await page.route(/\/assets\/js\/[^/]+\.js$/, async route => {
    const response = await route.fetch();
    const body = await response.text();
    const changed = body.replace(/JSON\.parse\('\{"code":[\s\S]*?\}'\)/, () => {
      return `JSON.parse(${JSON.stringify(JSON.stringify({ code, names: ['show'] }))})`;
    });
    await route.fulfill({ response, body: changed });
  });
}
