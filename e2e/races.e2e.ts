import axe from 'axe-core';
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { rowsOf } from '../src/components/Race/compared.ts';
import { followSchedule } from '../src/model/races/beside.ts';
import { findRace, races } from '../src/model/races/index.ts';
import { playSchedule } from '../src/model/races/playback.ts';
import { findDesign, searchRace } from '../src/model/races/race.ts';
import { fragmentOf } from '../src/playground/link/address.ts';
import { encodeLink } from '../src/playground/link/codec.ts';
import { test } from './support/site.ts';

const PAGE = 'debates/private-memory/';

const panelOf = (page: Page, id: string): Locator => page.locator(`#race-${id.replace('/', '-')}`);

/** What each protocol breaks, as the page's table says: title to names of properties. */
async function tableOf(panel: Locator): Promise<(readonly [string, string])[]> {
  const rows = panel.locator('.fl-race-designs tbody tr');
  // What is asked of several at once waits for none; and the table is folded.
  await rows.first().waitFor({ state: 'attached' });
  return rows.evaluateAll(rows =>
    rows.map(row => [
      row.querySelector('th')?.firstChild?.textContent ?? '',
      row.querySelectorAll('td')[1].firstChild?.textContent ?? '',
    ]),
  ) as Promise<(readonly [string, string])[]>;
}

describe('races', () => {
  test.for(races)(
    '$id: what the page says without JavaScript is what a search finds',
    async (race, { open }) => {
      const page = await open(`debates/${race.id.split('/')[0]}/`, { javaScriptEnabled: false });
      const found = race.designs.map(design => {
        const search = searchRace(race, design);
        while (!search.advance(100_000));
        const broken = search.result().properties.filter(({ holds }) => !holds);
        return [design.title, broken.map(({ name }) => name).join('; ') || 'nothing'];
      });
      expect(await tableOf(panelOf(page, race.id))).toEqual(found);
    },
  );

  test('a counterexample is found, stepped through, forked and linked to', async ({ open }) => {
    const page = await open(PAGE);
    const panel = panelOf(page, 'private-memory/flip-vs-fault');
    await panel.getByLabel('Protocol').selectOption('no-range');
    await panel.getByRole('button', { name: 'Explore' }).click();
    await expect.poll(() => panel.getByRole('status').first().textContent()).toContain('Explored here in');
    await panel
      .getByRole('button', { name: /Step through/ })
      .first()
      .click();
    const where = panel.locator('.fl-race-where');
    await expect.poll(() => where.textContent()).toContain('Before the first of 13 steps');
    await panel.getByRole('button', { name: 'Forward' }).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => where.textContent()).toContain('Step 1 of 13: vCPU 0');
    await page.keyboard.press('End');
    await expect.poll(() => where.textContent()).toContain('Broken: once the ioctl has returned');
    // The memory map and the page tables stand beside the steps, and follow them.
    const figures = panel.locator('.fl-race-machine figcaption');
    await expect
      .poll(() => figures.allTextContents())
      .toEqual(['Memory map', 'Page tables of the second stage']);
    const summary = panel.locator('.fl-race-machine .fl-summary').first();
    await expect.poll(() => summary.textContent()).toMatch(/gfn 0: mapped to frame \d+/);
    await page.keyboard.press('Home');
    await expect.poll(() => summary.textContent()).toBe('gfn 0: not mapped');
    await panel.getByLabel('Actor').selectOption('VMM');
    await panel.getByRole('button', { name: 'His next step' }).click();
    await expect.poll(() => where.textContent()).toMatch(/Step \d+ of 13: VMM/);
    await panel.getByRole('button', { name: 'Let vCPU 1 go instead' }).click();
    await expect.poll(() => where.textContent()).toContain('vCPU 1 reads SPTEs');
    const state = await where.textContent();
    await panel.getByRole('button', { name: 'Link to this state' }).click();
    await expect.poll(() => page.url()).toContain('#');
    const { pathname, hash } = new URL(page.url());
    const other = await open(`${pathname.slice(1)}${hash}`);
    const linked = panelOf(other, 'private-memory/flip-vs-fault').locator('.fl-race-where');
    await expect.poll(() => linked.textContent()).toBe(state);
  });

  test('two protocols take one schedule with one cursor, by keyboard, and so does the link', async ({
    open,
  }) => {
    const race = findRace('private-memory/flip-vs-fault')!;
    const weak = findDesign(race, 'end-before-store')!;
    const search = searchRace(race, weak);
    while (!search.advance(100_000));
    const { schedule } = search.result().properties.find(({ holds }) => !holds)!;
    const playback = playSchedule(race, weak, schedule!);
    const rows = rowsOf(playback, followSchedule(race, race.designs[0], playback.steps));
    const refused = rows.findIndex(({ refusal }) => refusal !== null);
    expect(refused).toBeGreaterThan(0);

    const page = await open(PAGE);
    const panel = panelOf(page, race.id);
    await panel.getByLabel('Protocol').selectOption(weak.name);
    await panel
      .getByRole('button', { name: /Step through/ })
      .first()
      .click();
    await panel.getByLabel('Beside it').focus();
    await page.keyboard.press('ArrowDown');
    const beside = panel.locator('.fl-race-beside');
    const there = beside.locator('.fl-race-there');
    await expect.poll(() => there.textContent()).toContain('before the first step');
    const told = await beside
      .locator('.fl-race-lanes tbody tr')
      .evaluateAll(lines => lines.map(line => [...line.children].map(cell => cell.textContent)));
    expect(told.map(([, actor, first]) => [actor, first?.replace(/ Breaks: .*/, '')])).toEqual(
      rows.map(({ actorName, first }) => [actorName, first]),
    );
    expect(told.map(([, , , other]) => other)).toEqual(
      rows.map(({ what, refusal }) => (refusal === null ? what : `refused: ${refusal}`)),
    );
    expect(await beside.locator('.fl-race-lanes mark').count()).toBe(rows.filter(({ same }) => !same).length);
    await panel.getByRole('button', { name: 'Forward' }).focus();
    for (let step = 0; step <= refused; step++) await page.keyboard.press('ArrowRight');
    await expect
      .poll(() => panel.locator('.fl-race-where').textContent())
      .toContain(`Step ${refused + 1} of`);
    await expect
      .poll(() => there.textContent())
      .toContain(`does not take this step: ${rows[refused].refusal}.`);
    expect(await there.textContent()).toMatch(/\d+ values? of the state differs?\./);
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() =>
      window.axe.run(document, { resultTypes: ['violations'] }),
    );
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`)).toEqual([]);

    const said = await there.textContent();
    await panel.getByRole('button', { name: 'Link to this state' }).click();
    await expect.poll(() => page.url()).toContain('#');
    const { pathname, hash } = new URL(page.url());
    const other = await open(`${pathname.slice(1)}${hash}`, { viewport: { width: 390, height: 844 } });
    const linked = panelOf(other, race.id);
    await expect.poll(() => linked.locator('.fl-race-there').textContent()).toBe(said);
    expect(await other.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });

  test('a schedule of one’s own begins by hand, under a protocol without a counterexample too', async ({
    open,
  }) => {
    const page = await open(PAGE);
    const panel = panelOf(page, 'private-memory/flip-vs-fault');
    await panel.getByRole('button', { name: 'Step by hand' }).press('Enter');
    const where = panel.locator('.fl-race-where');
    await expect.poll(() => where.textContent()).toContain('No step has been taken yet');
    await panel.getByRole('button', { name: 'Let VMM go on' }).press('Enter');
    await expect.poll(() => where.textContent()).toContain('Step 1 of 1: VMM');
  });

  test('all of it works from the keyboard', async ({ open }) => {
    const page = await open(PAGE);
    const panel = panelOf(page, 'private-memory/flip-vs-fault');
    await panel.getByLabel('Protocol').selectOption('no-range');
    const press = async (name: RegExp | string) => {
      const button = panel.getByRole('button', { name }).first();
      await button.focus();
      await page.keyboard.press('Enter');
    };
    await press('Explore');
    await expect.poll(() => panel.getByRole('status').first().textContent()).toContain('Explored here in');
    await press(/Step through/);
    const where = panel.locator('.fl-race-where');
    await expect.poll(() => where.textContent()).toContain('Before the first');
    await press('Forward');
    await expect.poll(() => where.textContent()).toContain('Step 1 of');
    await press('Back');
    await expect.poll(() => where.textContent()).toContain('Before the first');
    await press('Let VMM go instead');
    await expect.poll(() => where.textContent()).toContain('Step 1 of 1: VMM');
    await press('Go to step 1');
    await press('Link to this state');
    await expect.poll(() => page.url()).toContain('#');
  });

  test.for([
    {
      what: 'a schedule that cannot be played',
      state: { design: 'merged', schedule: 'z9' },
      says: 'The link’s schedule cannot be played: step 1 is one of actor 25, which there is not,',
    },
    {
      what: 'a protocol beside that there is not',
      state: { design: 'merged', schedule: 'a', beside: 'no-such' },
      says: 'the protocol “no-such”, which it sets beside, is none of this race',
    },
    {
      what: 'a protocol that there is not',
      state: { design: 'no-such', schedule: 'a' },
      says: 'The link is for a protocol “no-such”, which this race does not have',
    },
  ])('a link with $what says so, and the panel works', async ({ state, says }, { open }) => {
    const link = { kind: 'race' as const, id: 'private-memory/flip-vs-fault', cursor: 1, ...state };
    const page = await open(`${PAGE}${fragmentOf(await encodeLink(link, '0.1.0'))}`);
    const panel = panelOf(page, link.id);
    await expect.poll(() => panel.textContent()).toContain(says);
    await panel.getByRole('button', { name: 'Explore' }).click();
    await expect.poll(() => panel.getByRole('status').first().textContent()).toContain('Explored here in');
  });
});
