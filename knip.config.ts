import type { KnipConfig } from 'knip';

/** Installed in one go with the rest; each name leaves this list with its first import. */
const awaited = ['@codemirror/search', 'simjs', 'tsx'];

/** Used by path: from scripts, and as names in Docusaurus' configuration. */
const usedByPath = [
  '@biomejs/biome',
  'dependency-cruiser',
  '@docusaurus/plugin-content-pages',
  '@docusaurus/plugin-sitemap',
];

/** Modules that Docusaurus makes up when it bundles. */
const madeUp = [
  /^@docusaurus\/(ErrorBoundary|Head|Link|router|use[A-Z])/,
  /^@(generated|theme|outcomes|embeds)/,
];

export default {
  // It would run the plugins' code, which expects a site being built.
  docusaurus: false,
  entry: [
    'docusaurus.config.ts',
    'sidebars.ts',
    'docs/**/*.mdx',
    'e2e/**/*.e2e.ts',
    'e2e/support/serve.ts',
    'src/theme/**/index.tsx',
    'src/pages/*.tsx',
    // Imported by pages through plugins/pageData and plugins/playgrounds.
    'src/components/*/index.tsx',
    // Bundled and started by path.
    'plugins/{experiments,races}/compute.ts',
    'plugins/modelBundle/runner.ts',
    'src/playground/link/mend.ts',
    'src/theme/frame.ts',
    'src/offline/{register,worker}.ts',
    'scripts/*.mjs',
    'scripts/bench/main.ts',
    'scripts/fuzz/setup.ts',
    '{src,plugins,scripts}/**/*.fuzz.ts',
    'scripts/mutations/judge.ts',
    'scripts/oracle/main.ts',
    'src/cli/main.ts',
    'src/model/index.ts',
    'src/model/experiments/index.ts',
    'src/model/host/{dmaBuf,ksm,migrate}.ts',
    'src/model/conformance/{replay,generate}.ts',
  ],
  project: ['src/**', 'docs/**', 'plugins/**', 'scripts/**', 'e2e/**'],
  ignoreExportsUsedInFile: true,
  // The bundler's types come with Docusaurus.
  ignoreDependencies: ['webpack', ...usedByPath, ...madeUp, ...awaited],
  // Looked for by the tests that use them, which say so when they are not there.
  ignoreBinaries: ['spin', 'cc', 'script'],
  ignoreUnresolved: ['./pan'],
  // The kernel's own vocabulary, kept whole.
  ignoreIssues: {
    'src/model/host/{errno,frames,units,mm,vma,vmaList,userfaultfd,madvise,collapse,faultStep}.ts': [
      'exports',
      'files',
    ],
    'src/model/{kvm/{memslots,spte},uapi/capabilities}.ts': ['exports'],
    // Read by links to races and by totals over traces, which are to come.
    'src/model/engine/{trace,explorer/schedule}.ts': ['exports'],
  },
} satisfies KnipConfig;
