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
    throw explained(error, source);
  }
}

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
