import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const model = fileURLToPath(new URL('../src/model', import.meta.url));

/** Where a source assigns a function literal to a property: `object.property = () => ...`. */
function assignedLiterals(file: string, source: string): string[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const out: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      ts.isPropertyAccessExpression(node.left) &&
      (ts.isArrowFunction(node.right) || ts.isFunctionExpression(node.right))
    ) {
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
      out.push(`${file}:${line + 1}: ${node.left.getText()}`);
    }
    node.forEachChild(visit);
  };
  visit(tree);
  return out;
}

// V8 allocates such a function among its old objects. A search builds a world for every schedule; one such function in it
// keeps the whole world until a full collection, and collecting takes a third of the search.
test('the model assigns no function literal to a property', () => {
  const files = (readdirSync(model, { recursive: true }) as string[]).filter(
    path => path.endsWith('.ts') && !path.endsWith('.test.ts'),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap(path => assignedLiterals(path, readFileSync(join(model, path), 'utf8')))).toEqual([]);
});

test('such an assignment is found', () => {
  expect(assignedLiterals('vm.ts', 'this.mmu.isLogged =\n  gfn => true;')).toEqual([
    'vm.ts:1: this.mmu.isLogged',
  ]);
});
