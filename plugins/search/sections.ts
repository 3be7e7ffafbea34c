import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import type { Section } from '../../src/search/index.ts';

/** What of a page is no text to be found: figures' tables, code of programs, things to press. */
const SKIPPED =
  'script, style, svg, noscript, button, pre, .fl-twin, .fl-actions, .fl-save, .fl-pg-static, .fl-pg-output, .hash-link, .fl-tools';

/** Pages that list everything: whoever does not ask for a name wants the page that explains. */
const REFERENCE = 'api/';

/**
 * Cuts a built page into sections, each with the anchor that leads to it.
 *
 * @param path the page's address below the site's base: `glossary/`
 * @param html the page as the build wrote it
 */
export function sectionsOf(path: string, html: string): Section[] {
  const { document } = parseHTML(html);
  const main = document.querySelector('article') ?? document.querySelector('main');
  const title = document.querySelector('h1')?.textContent?.trim() ?? '';
  if (!main || title === '') return [];
  for (const element of main.querySelectorAll(SKIPPED)) element.remove();
  const description = document.querySelector('meta[name=description]')?.getAttribute('content') ?? '';
  const sections: { path: string; title: string; heading: string; text: string }[] = [
    { path, title, heading: '', text: `${description} ` },
  ];
  const text = (node: Node): void => {
    const current = sections[sections.length - 1];
    if (node.nodeType === 3) current.text += node.textContent ?? '';
    if (node.nodeType !== 1) return;
    const element = node as Element;
    if (element.matches('nav, footer, h1')) return;
    const anchor = element.matches('h2[id], h3[id], dt[id], section.fl-experiment[id], section.fl-race[id]')
      ? element.id
      : undefined;
    if (anchor !== undefined) {
      const heading = element.matches('section') ? element.querySelector('.fl-question') : element;
      sections.push({
        path: `${path}#${anchor}`,
        title,
        heading: (heading?.textContent ?? '').replaceAll('\u200b', '').trim(),
        text: '',
      });
      if (!element.matches('section')) return;
    }
    for (const child of element.childNodes) text(child);
    // Words of neighbouring blocks are not one word.
    sections[sections.length - 1].text += ' ';
  };
  text(main);
  return sections.map(section => ({ ...section, text: section.text.replaceAll(/\s+/g, ' ').trim() }));
}

/** The sections of every page of a build, in the order of their addresses. */
export async function sectionsOfBuild(folder: string): Promise<Section[]> {
  const files = (await readdir(folder, { recursive: true }))
    .map(file => file.replaceAll('\\', '/'))
    .filter(file => file === 'index.html' || file.endsWith('/index.html'))
    .sort();
  const sections: Section[] = [];
  for (const file of files) {
    const path = file.replace(/(^|\/)index\.html$/, '$1');
    const html = await readFile(join(folder, file), 'utf8');
    // A frame for other people's pages holds no text of its own.
    if (/<meta[^>]+name="?robots"?[^>]+content="?noindex/.test(html)) continue;
    const found = sectionsOf(path, html);
    if (found.length === 0) throw new Error(`${file} has no heading in its main part: nobody could find it`);
    sections.push(
      ...found.map(section => (path.startsWith(REFERENCE) ? { ...section, weight: 0.5 } : section)),
    );
  }
  return sections;
}
