/** A program's tokens with their text and line, from the parser that also transforms it. */
import { parse } from 'sucrase/dist/parser/index.js';
import { formatTokenType } from 'sucrase/dist/parser/tokenizer/types.js';
import { Refusal } from './problem.ts';

/** One token. */
export interface Token {
  /** `name`, `string`, or the keyword or punctuation itself. */
  readonly label: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** From 1. */
  readonly line: number;
  /** Whether it belongs to a type and is erased. */
  readonly isType: boolean;
}

/**
 * @throws Refusal where the text does not parse.
 */
export function tokensOf(source: string, language: 'typescript' | 'javascript'): Token[] {
  const lineAt = lineCounter(source);
  return parsed(source, language).map(({ type, start, end, isType }) => ({
    label: formatTokenType(type),
    text: source.slice(start, end),
    start,
    end,
    line: lineAt(start),
    isType,
  }));
}

function parsed(source: string, language: 'typescript' | 'javascript') {
  try {
    return parse(source, false, language === 'typescript', false).tokens;
  } catch (error) {
    const jsx = language === 'typescript' ? firstJsx(source) : undefined;
    if (jsx !== undefined) {
      const line = lineCounter(source)(jsx);
      throw new Refusal(
        line,
        'JSX does not run here: a program has no page to render to. show.… shows results.',
      );
    }
    throw explained(error, source);
  }
}

/** Where the first JSX of a text begins that can be read only with it. */
function firstJsx(source: string): number | undefined {
  try {
    const { tokens } = parse(source, true, true, false);
    return tokens.find(({ type }) => formatTokenType(type) === 'jsxTagStart')?.start;
  } catch {
    return undefined;
  }
}

/** Why a program with decorators is refused. */
export const NO_DECORATORS = 'Decorators do not run here: call the function that the decorator would.';

/** The parser's error with what stands at the place it points to. */
function explained(error: unknown, source: string): Refusal {
  if (error instanceof RangeError) return new Refusal(1, 'The program is nested too deeply to be read.');
  const { message, pos } = error as { message: string; pos?: number };
  if (pos === undefined) return new Refusal(1, `The program could not be read: ${message}`);
  const at = Math.min(pos, source.length);
  const line = lineCounter(source)(at);
  const plain = message.replace(/ \(\d+:\d+\)$/, '');
  if (source.slice(at).trim() === '') {
    return new Refusal(line, `${plain}: the program ends where something is still open or missing.`);
  }
  const found = /^(?:[\w$]+|.)/su.exec(source.slice(at))?.[0] ?? '';
  if (found === '@') return new Refusal(line, NO_DECORATORS);
  return new Refusal(
    line,
    plain === 'Unexpected token' ? `Unexpected '${found}'.` : `${plain} at '${found}'.`,
  );
}

/** Line numbers of offsets that are asked for in rising order. */
function lineCounter(source: string): (offset: number) => number {
  let line = 1;
  let next = source.indexOf('\n');
  return offset => {
    while (next !== -1 && next < offset) {
      line++;
      next = source.indexOf('\n', next + 1);
    }
    return line;
  };
}
