import { typedCode } from './typed.ts';

/** What this needs of a page's syntax tree. */
interface Node {
  type: string;
  lang?: string | null;
  meta?: string | null;
  value?: string;
  children?: Node[];
  position?: { start: { line: number } };
}

/**
 * Turns ```` ```ts typed ```` blocks into code whose names show their types. The code is checked against the model as it
 * is: a page whose program no longer fits fails the build.
 */
export function remarkTypedCode() {
  return (tree: Node, page: { path: string }): void => {
    let found = false;
    const visit = (node: Node): void => {
      if (!node.children) return;
      node.children = node.children.map(child => {
        if (child.type !== 'code' || child.lang !== 'ts' || child.meta !== 'typed') return child;
        found = true;
        return element(child, page.path);
      });
      for (const child of node.children) visit(child);
    };
    visit(tree);
    if (found) tree.children = [IMPORT, ...(tree.children ?? [])];
  };
}

function element({ value = '', position }: Node, path: string): Node {
  let json: string;
  try {
    json = JSON.stringify(typedCode(value));
  } catch (error) {
    throw new Error(
      `${path}:${position?.start.line ?? '?'}: ${error instanceof Error ? error.message : error}`,
    );
  }
  return {
    type: 'mdxJsxFlowElement',
    name: 'TypedCode',
    attributes: [{ type: 'mdxJsxAttribute', name: 'json', value: json }],
    children: [],
  } as Node;
}

/** `import TypedCode from '@site/src/components/TypedCode/index.tsx';` as MDX holds it. */
const IMPORT = {
  type: 'mdxjsEsm',
  data: {
    estree: {
      type: 'Program',
      sourceType: 'module',
      body: [
        {
          type: 'ImportDeclaration',
          specifiers: [{ type: 'ImportDefaultSpecifier', local: { type: 'Identifier', name: 'TypedCode' } }],
          source: {
            type: 'Literal',
            value: '@site/src/components/TypedCode/index.tsx',
            raw: "'@site/src/components/TypedCode/index.tsx'",
          },
          attributes: [],
        },
      ],
    },
  },
} as Node;
