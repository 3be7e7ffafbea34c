import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dataFile, docs, idBeside } from './files.ts';

/** What this needs of a page's syntax tree. */
interface Node {
  type: string;
  name?: string | null;
  attributes?: { type: string; name?: string; value?: unknown }[];
  children?: Node[];
  data?: unknown;
  position?: { start: { line: number } };
}

/** Component that MDX writes. */
const COMPONENT = 'Playground';

/**
 * Gives each `<Playground file="first" />` of a page the program of that file, and imports what it needs: pages without
 * a playground load none of it.
 */
export function remarkPlaygrounds() {
  return (tree: Node, page: { path: string }): void => {
    const imports: Node[] = [];
    visit(tree, node => {
      const attribute = node.attributes?.find(a => a.type === 'mdxJsxAttribute' && a.name === 'file');
      const id = idBeside(page.path, typeof attribute?.value === 'string' ? attribute.value : '');
      if (!attribute || !existsSync(join(docs, `${id}.playground.ts`))) {
        throw new Error(
          `${page.path}:${node.position?.start.line ?? '?'}: <${COMPONENT} file="NAME" /> names a file NAME.playground.ts beside its page; there is no docs/${id}.playground.ts`,
        );
      }
      const local = `program${imports.length}`;
      imports.push(importOf(local, `@generated/playgrounds/default/${dataFile(id)}`));
      node.attributes = [
        ...(node.attributes ?? []).filter(a => a !== attribute),
        { type: 'mdxJsxAttribute', name: 'program', value: expression(local) },
      ];
    });
    if (imports.length > 0) {
      tree.children = [
        importOf(COMPONENT, '@site/src/components/Playground/index.tsx'),
        ...imports,
        ...(tree.children ?? []),
      ];
    }
  };
}

function visit(node: Node, found: (node: Node) => void): void {
  if (/^mdxJsx(?:Flow|Text)Element$/.test(node.type) && node.name === COMPONENT) found(node);
  for (const child of node.children ?? []) visit(child, found);
}

/** `import NAME from 'FROM';` as MDX holds it. */
function importOf(name: string, from: string): Node {
  const identifier = { type: 'Identifier', name };
  return {
    type: 'mdxjsEsm',
    data: {
      estree: {
        type: 'Program',
        sourceType: 'module',
        body: [
          {
            type: 'ImportDeclaration',
            specifiers: [{ type: 'ImportDefaultSpecifier', local: identifier }],
            source: { type: 'Literal', value: from, raw: JSON.stringify(from) },
            attributes: [],
          },
        ],
      },
    },
  };
}

/** `{NAME}` as the value of an attribute. */
function expression(name: string): unknown {
  return {
    type: 'mdxJsxAttributeValueExpression',
    value: name,
    data: {
      estree: {
        type: 'Program',
        sourceType: 'module',
        body: [{ type: 'ExpressionStatement', expression: { type: 'Identifier', name } }],
      },
    },
  };
}
