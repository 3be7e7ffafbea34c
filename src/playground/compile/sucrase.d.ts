/**
 * Sucrase's own parser, which its package holds but does not type at this path. The CommonJS build of both is named,
 * so that the parser is in the worker once.
 */
declare module 'sucrase/dist/index.js' {
  export { transform } from 'sucrase';
}

declare module 'sucrase/dist/parser/index.js' {
  interface SucraseToken {
    readonly type: number;
    readonly start: number;
    readonly end: number;
    /** Whether the token belongs to a type and is erased. */
    readonly isType: boolean;
  }
  export function parse(
    input: string,
    isJSXEnabled: boolean,
    isTypeScriptEnabled: boolean,
    isFlowEnabled: boolean,
  ): { readonly tokens: readonly SucraseToken[] };
}

declare module 'sucrase/dist/parser/tokenizer/types.js' {
  /** The label of a token type: `name`, `string`, `import`, `{`. */
  export function formatTokenType(type: number): string;
}
