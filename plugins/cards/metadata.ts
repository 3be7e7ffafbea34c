import { escaped, type Face } from './card.ts';

/** What a card shows, for those who do not see it. */
export function alternativeOf({ title, line, figure }: Face): string {
  const heading = /[.?!]$/.test(title) ? title : `${title}.`;
  if (!figure) return `${heading} ${line}`.trim();
  return `${heading} Figure: ${figure.title}. ${figure.summary}`;
}

/**
 * A page that names its card.
 *
 * @param html of the page
 * @param address of the card, whole
 * @throws {Error} where the page has no head, or names a card already
 */
export function withCard(
  html: string,
  address: string,
  face: Face,
  { width, height }: { readonly width: number; readonly height: number },
): string {
  if (/property=["']?og:image\b/.test(html)) throw new Error('the page names a picture already');
  const end = html.indexOf('</head>');
  if (end < 0) throw new Error('the page has no </head>');
  const alternative = alternativeOf(face);
  const properties = {
    'og:image': address,
    'og:image:type': 'image/png',
    'og:image:width': width,
    'og:image:height': height,
    'og:image:alt': alternative,
  };
  const tags = [
    ...Object.entries(properties).map(
      ([property, content]) => `<meta property="${property}" content="${escaped(String(content))}">`,
    ),
    `<meta name="twitter:image" content="${escaped(address)}">`,
    `<meta name="twitter:image:alt" content="${escaped(alternative)}">`,
  ];
  return `${html.slice(0, end)}${tags.join('')}${html.slice(end)}`;
}
