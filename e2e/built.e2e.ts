import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { root } from '../scripts/lib/run.mjs';
import { decodeLink } from '../src/playground/link/codec.ts';
import { disagreements, type FigureKind, figureKind } from '../src/views/readBack.ts';
import { decodePng, inked } from './support/png.ts';
import { pagesOf, sites } from './support/site.ts';

/** Pages that were read, by file: many link to the same ones. */
const parsed = new Map<string, Document>();

function pageAt(file: string): Document {
  const document = parsed.get(file) ?? (parseHTML(readFileSync(file, 'utf8')).document as Document);
  parsed.set(file, document);
  return document;
}

for (const [name, site] of Object.entries(sites)) {
  describe(`${name} build`, () => {
    const kinds = new Set<FigureKind>();
    for (const path of pagesOf(site)) {
      const file = path.endsWith('.html') ? path : `${path}index.html`;
      const html = readFileSync(join(site.folder, file), 'utf8');
      const { document } = parseHTML(html);

      test(`/${path} was rendered: a heading, a title, a description, no error in its place`, () => {
        expect(document.querySelectorAll('h1')).toHaveLength(1);
        expect(document.title).not.toBe('');
        // The reference says which errors a call throws.
        expect(html).not.toMatch(
          path.startsWith('api/') ? /Retry<\/button>/ : /ReferenceError|TypeError|Retry<\/button>/,
        );
        expect(html).not.toContain(root);
        if (path !== '404.html') {
          expect(document.querySelector('meta[name=description]')?.getAttribute('content')).toBeTruthy();
        }
      });

      const cite = document.querySelector('[aria-label="Line to cite this page by"]');
      if (document.querySelector('.pagination-nav')) {
        test(`/${path} has a line to cite it by, with its title and its address`, () => {
          expect(cite?.getAttribute('value')).toMatch(/^Faultlines \d+\.\d+\.\d+, “.+”\. http/);
          const canonical = document.querySelector('link[rel=canonical]')?.getAttribute('href');
          expect(cite?.getAttribute('value')?.endsWith(`. ${canonical}`)).toBe(true);
        });
      }

      test(`/${path} carries a policy that names each of its inline scripts`, () => {
        const meta = document.querySelector('meta[http-equiv="Content-Security-Policy"]');
        const policy = meta?.getAttribute('content') ?? '';
        expect(policy).toContain("default-src 'none'");
        expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|https?:/);
        const scripts = [...document.querySelectorAll('script:not([src])')].filter(
          script => script.getAttribute('type') !== 'application/ld+json',
        );
        expect(scripts.length).toBeGreaterThan(0);
        for (const script of scripts) {
          const hash = createHash('sha256')
            .update(script.textContent ?? '')
            .digest('base64');
          expect(policy).toContain(`'sha256-${hash}'`);
        }
      });

      test(`/${path} names a card: a PNG of the size it says, with something on it`, () => {
        const said = (property: string) =>
          document.querySelector(`meta[property="${property}"]`)?.getAttribute('content') ?? '';
        const address = said('og:image');
        const canonical = document.querySelector('link[rel=canonical]')?.getAttribute('href') ?? address;
        expect(address).toContain(`${new URL(canonical).origin}${site.baseUrl}assets/cards/`);
        const card = decodePng(
          readFileSync(join(site.folder, new URL(address).pathname.slice(site.baseUrl.length))),
        );
        expect([card.width, card.height]).toEqual([1200, 630]);
        expect([said('og:image:width'), said('og:image:height')]).toEqual(['1200', '630']);
        expect(said('og:image:alt')).toContain(document.querySelector('h1')?.textContent?.trim());
        expect(document.querySelector('meta[name="twitter:card"]')?.getAttribute('content')).toBe(
          'summary_large_image',
        );
        expect(inked(card)).toBeGreaterThan(0.005);
      });

      const figures = [...document.querySelectorAll('.fl-figure')].filter(figureKind);
      for (const figure of figures) kinds.add(figureKind(figure));
      if (figures.length > 0) {
        test(`/${path}: figures draw what their tables say`, () => {
          const found = figures.flatMap(figure =>
            disagreements(figure).map(one => `${figure.querySelector('figcaption')?.textContent}: ${one}`),
          );
          expect(found).toEqual([]);
        });
      }

      test(`/${path}: every address of this site leads to a file and an anchor or a state`, async () => {
        const lost: string[] = [];
        for (const element of document.querySelectorAll('[href], [src]')) {
          const address = element.getAttribute('href') ?? element.getAttribute('src') ?? '';
          const url = new URL(address, new URL(path, site.url));
          if (url.origin !== new URL(site.url).origin) {
            if (element.localName !== 'a')
              expect(['canonical', 'alternate']).toContain(element.getAttribute('rel'));
            continue;
          }
          if (!url.pathname.startsWith(site.baseUrl)) lost.push(address);
          const below = decodeURI(url.pathname.slice(site.baseUrl.length));
          const target = join(
            site.folder,
            below === '' || below.endsWith('/') ? `${below}index.html` : below,
          );
          if (!existsSync(target)) {
            lost.push(address);
          } else if (url.hash.startsWith('#s=')) {
            if (!(await decodeLink(url.hash.slice(3))).ok) lost.push(address);
          } else if (url.hash && target.endsWith('.html')) {
            if (!pageAt(target).getElementById(decodeURIComponent(url.hash.slice(1)))) lost.push(address);
          }
        }
        expect(lost).toEqual([]);
      });
    }

    const read = (path: string) => pageAt(join(site.folder, path, 'index.html'));
    const below = (link: Element | null) =>
      link && new URL(link.getAttribute('href') ?? '', site.url).pathname.slice(site.baseUrl.length);

    test('Next leads through every page in the order of the sidebar, and Previous back', () => {
      // The front page has ways of its own into the site.
      const way: string[] = [''];
      for (let at: string | null = 'primer/memslots-and-faults/'; at !== null && !way.includes(at); ) {
        way.push(at);
        const next: string | null = below(read(at).querySelector('a.pagination-nav__link--next'));
        if (next !== null) expect(below(read(next).querySelector('a.pagination-nav__link--prev'))).toBe(at);
        at = next;
      }
      const paged = pagesOf(site).filter(
        path => !path.endsWith('.html') && read(path).querySelector('.pagination-nav'),
      );
      expect(paged.length).toBeGreaterThan(20);
      expect([...way].sort()).toEqual(paged);
      // The heading of a group leads to its first page.
      const links = [...read(way[1]).querySelectorAll('.theme-doc-sidebar-menu a[href]')].map(below);
      const sidebar = [...new Set(links)];
      expect(way.filter(path => sidebar.includes(path))).toEqual(sidebar);
    });

    test('the sitemap names every page for readers, and no other', () => {
      const map = readFileSync(join(site.folder, 'sitemap.xml'), 'utf8');
      const named = [...map.matchAll(/<loc>([^<]+)<\/loc>/g)].map(([, address]) =>
        new URL(address).pathname.slice(site.baseUrl.length),
      );
      expect(named.sort()).toEqual(pagesOf(site).filter(path => path !== '404.html' && path !== 'embed/'));
    });

    test('figures of every kind were held against their tables', () => {
      expect([...kinds].sort()).toEqual(['memory-map', 'page-table', 'plot', 'timeline']);
    });
  });
}

test('the list of licences names what the bundles hold, under terms that let them be sent on', () => {
  const [names] = readFileSync(join(sites.root.folder, 'licences.txt'), 'utf8').split('\n\n== ');
  const listed = new Map(
    names
      .split('\n')
      .slice(2)
      .map(line => [line.split(' ')[0], line.slice(line.indexOf(': ') + 2)]),
  );
  for (const name of ['react-dom', 'd3-array', '@lezer/lr', 'sucrase']) expect(listed.keys()).toContain(name);
  expect(
    [...new Set(listed.values())].filter(
      licence => !/^(?:MIT|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|Unlicense)$/.test(licence),
    ),
  ).toEqual([]);
});
