/**
 * Makes elements with whatever document it is given: the page's, or a small one when the site is built. Text always goes
 * in as text, so nothing that a program prints can become markup.
 */

const SVG = 'http://www.w3.org/2000/svg';

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;
type Child = Node | string | undefined;

function fill<E extends Element>(element: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child !== undefined && child !== '') element.append(child);
  return element;
}

/** An HTML element. */
export function html(
  document: Document,
  name: string,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElement {
  return fill(document.createElement(name), attributes, children);
}

/** An SVG element. */
export function svg(
  document: Document,
  name: string,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElement {
  return fill(document.createElementNS(SVG, name) as SVGElement, attributes, children);
}
