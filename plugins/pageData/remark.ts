/** The part of a Markdown tree that this plugin looks at. */
interface Node {
  type: string;
  name?: string | null;
  attributes?: Attribute[];
  children?: Node[];
  value?: string;
  data?: object;
  position?: { start: { line: number } };
}

interface Attribute {
  type: string;
  name?: string;
  value?: unknown;
}

/** A component that pages use by name, and the data it is given for one of its attributes. */
interface Component {
  /** Where it lies, below the site's folder. */
  readonly module: string;
  /** Attribute that names its data. */
  readonly by?: string;
  /** Property under which it is given that data. */
  readonly as?: string;
  /** Module that holds the data. */
  data?(name: string): string;
}

const slug = (id: string) => id.replace('/', '-');

/** What pages may write without importing it. */
const components: Readonly<Record<string, Component>> = {
  Experiment: {
    module: 'src/components/Experiment/index.tsx',
    by: 'id',
    as: 'definition',
    data: id => `@generated/experiments/default/${slug(id)}.definition.json`,
  },
  Result: {
    module: 'src/components/Result/index.tsx',
    by: 'of',
    as: 'results',
    data: id => `@generated/experiments/default/${slug(id)}.results.json`,
  },
  Try: {
    module: 'src/components/Try/index.tsx',
    by: 'of',
    as: 'links',
    data: id => `@generated/experiments/default/${slug(id)}.links.json`,
  },
  Race: {
    module: 'src/components/Race/index.tsx',
    by: 'id',
    as: 'definition',
    data: id => `@generated/races/default/${slug(id)}.json`,
  },
  Term: {
    module: 'src/components/Term/index.tsx',
    by: 'id',
    as: 'entry',
    data: id => `@generated/glossary/default/${id}.json`,
  },
  Glossary: { module: 'src/components/Glossary/index.tsx' },
  Positions: { module: 'src/components/Positions/index.tsx' },
  Outcomes: { module: 'src/components/Outcomes/index.tsx' },
  History: { module: 'src/components/History/index.tsx' },
  Crossings: { module: 'src/components/Crossings/index.tsx' },
  Predict: { module: 'src/components/Predict/index.tsx' },
  Mechanisms: { module: 'src/components/Mechanisms/index.tsx' },
  Attempts: { module: 'src/components/Attempts/index.tsx' },
  Conformance: {
    module: 'src/components/Conformance/index.tsx',
    by: 'of',
    as: 'all',
    data: name => `@generated/conformance/default/${name}.json`,
  },
  Scenarios: {
    module: 'src/components/Scenarios/index.tsx',
    by: 'of',
    as: 'of',
    data: name => `@generated/conformance/default/${name}.json`,
  },
  Fold: { module: 'src/components/Fold/index.tsx' },
  InShort: { module: 'src/components/InShort/index.tsx' },
  Limits: { module: 'src/components/Limits/index.tsx' },
};

/** `import NAME from 'SOURCE'` as MDX holds it. */
function importNode(name: string, source: string): Node {
  const specifier = { type: 'ImportDefaultSpecifier', local: { type: 'Identifier', name } };
  const literal = { type: 'Literal', value: source, raw: JSON.stringify(source) };
  const body = [{ type: 'ImportDeclaration', specifiers: [specifier], source: literal }];
  return { type: 'mdxjsEsm', value: '', data: { estree: { type: 'Program', sourceType: 'module', body } } };
}

/** `NAME={IDENTIFIER}` as MDX holds it. */
function attribute(name: string, identifier: string): Attribute {
  const expression = { type: 'Identifier', name: identifier };
  const body = [{ type: 'ExpressionStatement', expression }];
  const estree = { type: 'Program', sourceType: 'module', body };
  const value = { type: 'mdxJsxAttributeValueExpression', value: identifier, data: { estree } };
  return { type: 'mdxJsxAttribute', name, value };
}

/**
 * Gives pages the components they name, and these the data they name, by imports in the page's own module: a page loads
 * what it shows and no more.
 */
export function pageData() {
  return (tree: Node, page: { path: string }): void => {
    const imports = new Map<string, string>();
    const visit = (node: Node) => {
      const component = node.name ? components[node.name] : undefined;
      if (component && node.name && node.attributes) {
        imports.set(`@site/${component.module}`, node.name);
        const { by, as, data } = component;
        if (by && as && data) {
          const name = node.attributes.find(one => one.name === by)?.value;
          if (typeof name !== 'string') {
            throw new Error(
              `${page.path}:${node.position?.start.line ?? '?'}: <${node.name}> needs ${by}="..."`,
            );
          }
          const source = data(name);
          const local = imports.get(source) ?? `pageData${imports.size}`;
          imports.set(source, local);
          node.attributes.push(attribute(as, local));
        }
      }
      for (const child of node.children ?? []) visit(child);
    };
    visit(tree);
    tree.children?.unshift(...[...imports].map(([source, local]) => importNode(local, source)));
  };
}
