import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { debates } from './debates.ts';

/**
 * Figures that pages quote in words, by debate: as written, and the mail they are from. Figures of the model never
 * stand in words: `<Result>` fills them in.
 */
const quoted: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'private-memory': {
    '32 s': '20220623225949.kkdx6uwjlk2ec4iq@amd.com',
    '103 s': '20220623225949.kkdx6uwjlk2ec4iq@amd.com',
  },
  'shared-only': {
    // What the second measured boot took longer than the third.
    '35 s': '20220623225949.kkdx6uwjlk2ec4iq@amd.com',
    '128 CPUs': '1880816055.4545532.1709260250219.JavaMail.zimbra@sjtu.edu.cn',
  },
  pinning: {
    '60 GiB': '20200819151742.7892-1-Eric.VanTassell@amd.com',
    '14 s': '20200819151742.7892-1-Eric.VanTassell@amd.com',
  },
  'memory-type': {
    '509 on x86': '20200224105704.55tv3ulirnse53j4@sirius.home.kraxel.org',
    '32 on Arm': '20200224105704.55tv3ulirnse53j4@sirius.home.kraxel.org',
    '20 %': '20240105091237.24577-1-yan.y.zhao@intel.com',
    '4,096,000 bytes': '20240909051529.26776-1-yan.y.zhao@intel.com',
    '1.24 s': '20240909051529.26776-1-yan.y.zhao@intel.com',
    '0.01 s': '20240909051529.26776-1-yan.y.zhao@intel.com',
  },
  userfault: {
    '32 µs': 'CADrL8HWM-DX48GudKuc-N5KizZCqy-RvppejzktmtHS62VbaeA@mail.gmail.com',
  },
};

const FIGURE =
  /\b\d[\d.,]*(?: (?:s|ms|µs|ns|%|GiB|MiB|KiB|TiB|bytes|v?CPUs|pages|slots|on x86|on Arm)(?![\w-])| ?%)/g;

/** Sizes of pages and guests, and numbers of vCPUs: what a run is of, not what came out. */
const SIZE = /^\d+ (KiB|MiB|GiB|v?CPUs|pages)$/;

/** What a page says in words: positions, outcomes and MDX without tags, code and imports. */
function wordsOf(slug: string): string {
  const { positions, ending } = debates.find(debate => debate.slug === slug)!;
  const told = [
    ...positions.flatMap(({ position, argument, answer }) => [position, argument, answer]),
    ...ending.outcomes.map(({ what }) => what),
  ];
  const page = readFileSync(new URL(`${slug}/index.mdx`, import.meta.url), 'utf8')
    .replace(/^---[\s\S]*?\n---\n/, '')
    .replace(/^import .*$/gm, '')
    // What a link sets a run to is no figure that came out.
    .replace(/<Try[^<>]*>[^<>]*<\/Try>/g, ' ')
    .replace(/<[^<>]*>/g, ' ')
    .replace(/`[^`]*`/g, ' ');
  return [...told, page].join('\n').replaceAll(/\s+/g, ' ');
}

describe('figures in words', () => {
  test('are looked for on every debate’s page', () => {
    const folders = readdirSync(new URL('.', import.meta.url), { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(({ name }) => name);
    expect(Object.keys(quoted).sort()).toEqual(folders.sort());
    expect('In 14 s, at 20 % of 4,096,000 bytes'.match(FIGURE)).toEqual(['14 s', '20 %', '4,096,000 bytes']);
  });

  for (const [slug, sources] of Object.entries(quoted)) {
    test(`${slug}: each is quoted from a source, and each source’s figure is there`, () => {
      const said = new Set(wordsOf(slug).match(FIGURE) ?? []);
      expect([...said].filter(figure => !(figure in sources) && !SIZE.test(figure))).toEqual([]);
      expect(Object.keys(sources).filter(figure => !said.has(figure))).toEqual([]);
    });

    test(`${slug}: each source is a mail of the list`, () => {
      const list = readFileSync(new URL('mails.tsv', import.meta.url), 'utf8');
      expect(Object.values(sources).filter(source => !list.includes(`\t${source}\t`))).toEqual([]);
    });
  }
});
