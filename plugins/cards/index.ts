import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadContext, Plugin } from '@docusaurus/types';
import { type ResvgRenderOptions, renderAsync } from '@resvg/resvg-js';
import { parseHTML } from 'linkedom';
import { CARD, type Colours, cardOf, FAMILY, type Face, figureOf, type Type } from './card.ts';
import { measureOf } from './measure.ts';
import { withCard } from './metadata.ts';
import { resolved, rootOf, rulesOf } from './styles.ts';

const require = createRequire(import.meta.url);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Where cards lie in a build. */
const FOLDER = 'assets/cards';

/** The version of a package that decides what a card looks like. */
function versionOf(name: string): string {
  return JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')).version;
}

/** Draws cards, and keeps those that it has drawn. */
export interface Painter {
  /** The PNG of a page's card. */
  paint(face: Face): Promise<Buffer>;
  /** What a page shows of itself. */
  faceOf(html: string): Face;
}

/** The part of a page's title that is the page's own, and what it says it is about. */
function wordsOf(document: Document, name: string): { title: string; line: string } {
  const [heading] = document.title.split(` | ${name}`);
  const line = document.querySelector('meta[name=description]')?.getAttribute('content') ?? '';
  return { title: document.querySelector('h1')?.textContent?.trim() || heading, line };
}

/**
 * A painter with the site's colours and logo.
 *
 * @param name of the site
 * @param cache where drawn cards are kept, by what they show
 */
export function painter(name: string, cache: string): Painter {
  const fonts = dirname(require.resolve('dejavu-fonts-ttf/package.json'));
  const fontFiles = ['DejaVuSansCondensed.ttf', 'DejaVuSansCondensed-Bold.ttf'].map(file =>
    join(fonts, 'ttf', file),
  );
  const [regular, bold] = fontFiles.map(file => measureOf(readFileSync(file)));
  const type: Type = { regular, bold };
  const css = ['palette.css', 'figures.css']
    .map(file => readFileSync(here(`../../src/css/${file}`), 'utf8'))
    .join('\n');
  const custom = rootOf(rulesOf(css));
  const colour = (of: string) => resolved(`var(--fl-${of})`, custom);
  const colours: Colours = {
    paper: colour('paper'),
    surface: colour('surface'),
    rule: colour('rule'),
    ink: colour('ink'),
    muted: colour('muted'),
  };
  const logo = readFileSync(here('../../static/img/logo.svg'), 'utf8').replace(
    /^<svg[^>]*>|<\/svg>\s*$/g,
    '',
  );
  const options: ResvgRenderOptions = {
    font: { fontFiles, loadSystemFonts: false, defaultFontFamily: FAMILY },
  };
  const versions = ['@resvg/resvg-js', 'dejavu-fonts-ttf'].map(versionOf).join(' ');
  mkdirSync(cache, { recursive: true });
  return {
    async paint(face) {
      const svg = cardOf(face, { name, logo }, type, colours);
      const key = createHash('sha256').update(`${versions}\n${svg}`).digest('hex');
      const kept = join(cache, `${key}.png`);
      if (existsSync(kept)) return readFile(kept);
      const png = (await renderAsync(svg, options)).asPng();
      // Another build may be drawing the same card: whichever is done first, the file is whole.
      await writeFile(`${kept}.${process.pid}`, png);
      await rename(`${kept}.${process.pid}`, kept);
      return png;
    },
    faceOf(html) {
      const { document } = parseHTML(html);
      const { title, line } = wordsOf(document as unknown as Document, name);
      return { title, line, figure: figureOf(document as unknown as Document, css) };
    },
  };
}

/** The name of a page's card: the page's address, and a hash, for those who keep pictures by their address. */
function cardFile(page: string, png: Buffer): string {
  const slug = page.replace(/(?:^|\/)index\.html$|\.html$/, '').replace(/[^\w-]+/g, '-') || 'front';
  const hash = createHash('sha256').update(png).digest('hex').slice(0, 8);
  return `${FOLDER}/${slug}-${hash}.png`;
}

/** Gives every page of a build a picture of itself for those who show links to it, drawn from its first figure. */
export function cards(context: LoadContext): Plugin {
  const { siteConfig, siteDir, baseUrl } = context;
  return {
    name: 'cards',
    async postBuild({ outDir }) {
      const { paint, faceOf } = painter(siteConfig.title, join(siteDir, '.cache', 'cards'));
      mkdirSync(join(outDir, FOLDER), { recursive: true });
      const pages = (await readdir(outDir, { recursive: true }))
        .filter(file => file.endsWith('.html'))
        .sort();
      await Promise.all(
        pages.map(async page => {
          const path = join(outDir, page);
          const html = await readFile(path, 'utf8');
          try {
            const face = faceOf(html);
            const png = await paint(face);
            const file = cardFile(page.replaceAll('\\', '/'), png);
            await writeFile(join(outDir, file), png);
            const address = new URL(`${baseUrl}${file}`, siteConfig.url).href;
            // Other plugins read the pages at the same time: they find the old text or the new one.
            await writeFile(`${path}.new`, withCard(html, address, face, CARD));
            await rename(`${path}.new`, path);
          } catch (error) {
            throw new Error(`the card of ${page}: ${error instanceof Error ? error.message : error}`);
          }
        }),
      );
    },
  };
}
