/**
 * Enums whose values the transform would give another meaning: it tells a text from a number by its first token, and
 * so writes a way back from value to name for texts that TypeScript gives none.
 */
import { Refusal } from './problem.ts';
import type { Token } from './tokens.ts';

/**
 * @throws Refusal at the first member of an enum with a text that is not written out.
 */
export function refuseUnclearEnums(tokens: readonly Token[]): void {
  tokens.forEach((token, index) => {
    const [name, open] = tokens.slice(index + 1, index + 3);
    if (token.text !== 'enum' || name?.label !== 'name' || open?.label !== '{') return;
    // What is only declared is erased, where TypeScript would put a constant's value in its place.
    const before = tokens.slice(Math.max(0, index - 2), index).map(({ text }) => text);
    if (before.includes('declare')) {
      throw new Refusal(token.line, "A declared enum has no values when it runs: leave the 'declare' out.");
    }
    refuseMembers(tokens, index + 3);
  });
}

/** @param at index of the first token in the enum's braces. */
function refuseMembers(tokens: readonly Token[], at: number): void {
  const members = membersOf(tokens, at);
  const hasText = members.some(([, ...value]) => value.length > 0 && value[0].label === 'string');
  for (const [name, ...value] of members) {
    const computed = value.length > 1 || (value.length === 1 && value[0].label === 'name');
    const unclear =
      value.some(({ label }) => label === '`') ||
      (computed && value.some(({ label }) => label === 'string' || (hasText && label === 'name')));
    if (unclear) {
      throw new Refusal(
        name.line,
        `The text of the enum's '${name.text}' would be made at run time, with another meaning: write it out in quotes.`,
      );
    }
  }
}

/** Of each member its name and, behind it, the tokens of its value. */
function membersOf(tokens: readonly Token[], at: number): Token[][] {
  const members: Token[][] = [];
  let member: Token[] = [];
  let depth = 0;
  const end = () => {
    const [name, , ...value] = member;
    if (name) members.push([name, ...value]);
    member = [];
  };
  for (const token of tokens.slice(at)) {
    if (depth === 0 && token.label === '}') break;
    if (['(', '[', '{', '${'].includes(token.label)) depth++;
    if ([')', ']', '}'].includes(token.label)) depth--;
    if (depth === 0 && token.label === ',') end();
    else member.push(token);
  }
  end();
  return members;
}
