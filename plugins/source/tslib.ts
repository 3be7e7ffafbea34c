/**
 * The one helper of TypeScript's that what pages load asks for. The package itself has all of them, and as one module
 * that cannot be taken apart it would come with every page.
 */

/** What a default import of a CommonJS module stands for: the module itself, where it says nothing of its own. */
export function __importDefault(module: { readonly __esModule?: boolean }): unknown {
  return module?.__esModule ? module : { default: module };
}
