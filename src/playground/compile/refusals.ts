/**
 * What the transform would take and do wrong, or pass on to engines that do not know it. Each is refused before it
 * runs: sucrase drops the body of a namespace without a word, writes `export =` for a module system that is not here,
 * and leaves decorators, `accessor` and `using` as they stand.
 */
import { Refusal } from './problem.ts';
import { NO_DECORATORS, type Token } from './tokens.ts';

/** Words after which `accessor` or `using` is an ordinary name. */
const OPERATORS = new Set(['in', 'of', 'as', 'instanceof', 'satisfies']);

/**
 * @param tokens of the TypeScript text.
 * @throws Refusal at the first thing found.
 */
export function refuseUnsupported(tokens: readonly Token[]): void {
  tokens.forEach((token, index) => {
    const why = complaint(token, tokens[index - 1], tokens[index + 1], tokens[index + 2]);
    if (why) throw new Refusal(token.line, why);
  });
}

function complaint(token: Token, before?: Token, after?: Token, second?: Token): string | undefined {
  if (before?.text === '.' || before?.text === '?.') return undefined;
  if (token.label === '@') return NO_DECORATORS;
  if (token.label === 'export' && after?.label === '=') {
    return "'export =' is for modules that others load: nobody imports a program, so leave it out.";
  }
  if (token.label === 'import' && after?.label === '(') {
    return "There is nothing to load while a program runs: write import { … } from 'faultlines' at its top.";
  }
  switch (token.label === 'name' ? token.text : '') {
    case 'import':
      return after?.text === '.' && second?.text === 'meta'
        ? 'import.meta does not exist here: a program has no address.'
        : undefined;
    case 'namespace':
    case 'module':
      return token.isType && before?.text !== 'declare' && after?.label === 'name' && opens(second)
        ? `The body of a ${token.text} would be dropped: use a plain object or plain functions.`
        : undefined;
    case 'accessor':
      return !token.isType && startsField(token, after)
        ? "'accessor' fields do not run in every browser: write a getter and a setter."
        : undefined;
    case 'using':
      return !token.isType && after?.label === 'name' && joined(token, after)
        ? "'using' does not run in every browser: write try { … } finally { … }."
        : undefined;
    default:
      return undefined;
  }
}

function opens(token: Token | undefined): boolean {
  return token?.label === '{' || token?.label === '.';
}

function startsField(token: Token, after: Token | undefined): boolean {
  return after !== undefined && ['name', 'string', 'num', '#'].includes(after.label) && joined(token, after);
}

/** On one line and not by an operator: two names that only a declaration puts side by side. */
function joined(token: Token, after: Token): boolean {
  return token.line === after.line && !OPERATORS.has(after.text);
}
