const { modelLayers, plainData, siteLayers } = require('./scripts/lib/layers.cjs');

const test = '\\.(test|bench|fuzz)\\.tsx?$';
const literal = name => name.replaceAll('.', '\\.');
const inModel = name => `^src/model/${literal(name)}${name.endsWith('.ts') ? '$' : '/'}`;

/** For each layer of the model: what it must not import. Tests may set a layer up with those above it. */
const modelRules = modelLayers.slice(0, -1).flatMap((names, level) =>
  names.map(name => ({
    name: `model/${name}`,
    comment: 'a layer of the model imports only from those below it',
    severity: 'error',
    from: { path: inModel(name), pathNot: test },
    to: {
      path: modelLayers
        .slice(level)
        .flat()
        .filter(other => other !== name)
        .map(inModel),
    },
  })),
);

/** What views and playground may know of the model has rules of its own below. */
const knowsPlainData = ['views', 'playground'];

const siteRules = Object.entries(siteLayers).map(([name, allowed]) => {
  const model = knowsPlainData.includes(name) ? ['model'] : [];
  return {
    name: `src/${name}`,
    comment: `src/${name} imports of the project's source only ${[name, ...allowed].join(', ')}`,
    severity: 'error',
    from: { path: `^src/${name}/`, pathNot: test },
    to: {
      path: '^(src|docs|plugins|scripts|e2e)/',
      pathNot: [name, ...allowed, ...model].map(other => `^src/${other}/`),
    },
  };
});

module.exports = {
  forbidden: [
    ...modelRules,
    ...siteRules,
    {
      name: 'model-is-pure',
      comment: 'the model imports nothing but itself: no package, no Node, nothing of the site',
      severity: 'error',
      from: { path: '^src/model/', pathNot: test },
      to: { pathNot: '^src/model/' },
    },
    {
      name: 'model-tests',
      comment: 'tests of the model import the model, packages and Node, nothing of the site',
      severity: 'error',
      from: { path: '^src/model/.*\\.(test|bench|fuzz)\\.tsx?$' },
      to: { path: '^(src|docs|plugins|scripts|e2e)/', pathNot: '^src/model/' },
    },
    {
      name: 'views-know-data-only',
      comment: 'views and playground know the plain data types that the model exports',
      severity: 'error',
      from: { path: `^src/(${knowsPlainData.join('|')})/`, pathNot: test },
      to: { path: '^src/model/', pathNot: plainData.map(file => `^src/model/${literal(file)}$`) },
    },
    {
      name: 'views-import-types-only',
      comment: 'views and playground import no model code: use `import type`',
      severity: 'error',
      from: { path: `^src/(${knowsPlainData.join('|')})/`, pathNot: test },
      to: { path: '^src/model/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-tests-shipped',
      comment: 'only tests import tests',
      severity: 'error',
      from: { pathNot: `(${test})|^e2e/` },
      to: { path: test },
    },
    {
      name: 'no-cycles',
      comment:
        'modules whose code needs each other are one module in two files; types may refer to each other',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'every import leads somewhere',
      severity: 'error',
      from: {},
      to: {
        couldNotResolve: true,
        pathNot: '^(@theme|@theme-original|@docusaurus|@generated|@site)/|^@(outcomes|embeds)$',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
