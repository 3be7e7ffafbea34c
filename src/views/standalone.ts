/** A drawing of the page as a file of its own: what the page's style sheet says is written into its elements. */

/** What of an element's computed style decides how a drawing looks. */
const PROPERTIES = [
  ...[
    'fill',
    'fill-opacity',
    'stroke',
    'stroke-width',
    'stroke-dasharray',
    'stroke-opacity',
    'stroke-linecap',
  ],
  ...['opacity', 'display', 'visibility', 'text-anchor', 'dominant-baseline', 'paint-order'],
  ...['font-family', 'font-size', 'font-weight', 'font-variant-numeric', 'letter-spacing'],
];

/** The drawing as SVG text that looks the same outside the page, on the page's own ground. */
export function standaloneSvg(drawing: SVGSVGElement): string {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const originals = [drawing, ...drawing.querySelectorAll('*')];
  const copies = [copy, ...copy.querySelectorAll('*')];
  for (const [index, original] of originals.entries()) {
    const element = copies[index];
    const style = getComputedStyle(original);
    for (const property of PROPERTIES) {
      const value = style.getPropertyValue(property);
      if (value !== '') element.setAttribute(property, value);
    }
    element.removeAttribute('class');
    element.removeAttribute('style');
    element.removeAttribute('tabindex');
  }
  for (const sheet of copy.querySelectorAll('style')) sheet.remove();
  const { width, height } = drawing.getBoundingClientRect();
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(Math.round(width)));
  copy.setAttribute('height', String(Math.round(height)));
  const ground = drawing.ownerDocument.createElementNS('http://www.w3.org/2000/svg', 'rect');
  const [x, y] = (drawing.getAttribute('viewBox') ?? '0 0').split(/[ ,]+/);
  for (const [name, value] of Object.entries({ x, y, width: '100%', height: '100%' }))
    ground.setAttribute(name, value);
  ground.setAttribute('fill', getComputedStyle(drawing.ownerDocument.body).backgroundColor);
  copy.prepend(ground);
  return `${new XMLSerializer().serializeToString(copy)}\n`;
}

/**
 * An SVG as PNG, twice as large in each direction, so that it is sharp on paper too.
 *
 * @throws {Error} where the browser cannot draw it
 */
export async function pngOf(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth * 2;
  canvas.height = image.naturalHeight * 2;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>(resolve => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('the browser made no PNG of the figure');
  return blob;
}
