/**
 * The layers of the project, lowest first. A layer imports from those below it and from itself, never from above.
 * A name is a folder or a file of src/model; names in one entry are side by side and do not import each other.
 */
/** @type {readonly (readonly string[])[]} */
const modelLayers = [
  ['engine'],
  ['evidence'],
  ['costs'],
  ['host'],
  ['arch'],
  ['kvm'],
  ['uapi'],
  ['designs'],
  ['machine.ts'],
  ['workloads'],
  ['experiments', 'races', 'conformance'],
  ['show', 'version.ts'],
  ['index.ts'],
];

/** The public types of the model that views and playground may know, as types only. */
const plainData = ['index.ts', 'experiments/view.ts', 'experiments/params.ts', 'evidence/published.ts'];

/** Folders of src beside the model, each with what it may import of the others. */
/** @type {Readonly<Record<string, readonly string[]>>} */
const siteLayers = {
  views: [],
  search: [],
  offline: [],
  playground: ['views'],
  components: ['views', 'playground', 'search', 'model', 'css'],
  cli: ['model', 'views'],
  pages: ['components', 'css'],
  theme: ['components', 'css'],
  css: [],
};

module.exports = { modelLayers, plainData, siteLayers };
