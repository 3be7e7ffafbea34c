/**
 * How programs are coloured: by one highlighter for the editor and for the text that stands in the page before it, so
 * that nothing changes its colour when the editor comes.
 */
import { typescriptLanguage } from '@codemirror/lang-javascript';
import { highlightTree, tagHighlighter, tags } from '@lezer/highlight';
import { CLASSES, type Marks } from './pieces.ts';

const [comment, keyword, string, number, name] = CLASSES;

/** Gives each piece of a program its class. */
export const highlighter = tagHighlighter([
  { tag: tags.comment, class: comment },
  { tag: [tags.keyword, tags.modifier, tags.self, tags.operatorKeyword], class: keyword },
  { tag: [tags.string, tags.special(tags.string), tags.regexp, tags.escape], class: string },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], class: number },
  {
    tag: [
      tags.typeName,
      tags.className,
      tags.definition(tags.variableName),
      tags.function(tags.variableName),
      tags.function(tags.propertyName),
    ],
    class: name,
  },
]);

/** Colours a program. */
export function marksOf(source: string): Marks {
  const marks: number[] = [];
  highlightTree(typescriptLanguage.parser.parse(source), highlighter, (from, to, classes) => {
    const index = (CLASSES as readonly string[]).indexOf(classes);
    if (index >= 0) marks.push(from, to, index);
  });
  return marks;
}
