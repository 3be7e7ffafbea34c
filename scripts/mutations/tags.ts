/** The mutations of the model: one for each `// safety: NAME`, which takes out the statement that follows. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A statement that a protocol's correctness hangs on. */
export interface Mutation {
  readonly name: string;
  /** Absolute path of its file. */
  readonly file: string;
  /** The file without it. */
  readonly text: string;
}

const TAG = /^\s*\/\/ safety: ([a-z0-9-]+)$/gm;

/**
 * Every mutation of the files below some folders, by name.
 *
 * @throws Error where a tag stands before nothing that can be taken out, or a name is given twice.
 */
export function mutationsOf(folders: readonly string[]): Mutation[] {
  const found = new Map<string, Mutation>();
  for (const folder of folders) {
    for (const path of readdirSync(folder, { recursive: true }) as string[]) {
      if (!path.endsWith('.ts') || path.endsWith('.test.ts')) continue;
      const file = join(folder, path);
      const source = readFileSync(file, 'utf8');
      for (const tag of source.matchAll(TAG)) {
        const [, name] = tag;
        if (found.has(name)) throw new Error(`${file}: there are two statements called ${name}`);
        found.set(name, { name, file, text: without(source, tag.index + tag[0].length, file, name) });
      }
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The source without the check that the statement after a position makes. */
function without(source: string, from: number, file: string, name: string): string {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const statement = statementAfter(tree, from);
  if (statement === undefined) throw new Error(`${file}: no statement follows safety: ${name}`);
  const put = (node: ts.Node, text: string) =>
    source.slice(0, node.getStart()) + text + source.slice(node.end);
  if (ts.isIfStatement(statement)) {
    // A guard that turns away never does so any more; work that is guarded is always done.
    return leaves(statement.thenStatement) ? put(statement, '') : put(statement.expression, 'true');
  }
  if (ts.isReturnStatement(statement) && statement.expression) return put(statement.expression, 'false');
  if (ts.isVariableStatement(statement)) {
    const [{ initializer }] = statement.declarationList.declarations;
    if (initializer) return put(initializer, 'false');
  }
  if (ts.isExpressionStatement(statement) || ts.isWhileStatement(statement)) return put(statement, '');
  throw new Error(
    `${file}: safety: ${name} stands before ${ts.SyntaxKind[statement.kind]}, which nobody can take out`,
  );
}

function statementAfter(tree: ts.SourceFile, from: number): ts.Statement | undefined {
  let best: ts.Statement | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isStatement(node) && !ts.isBlock(node) && node.getStart() >= from) {
      if (best === undefined || node.getStart() < best.getStart()) best = node;
    }
    node.forEachChild(visit);
  };
  visit(tree);
  return best;
}

/** Whether a branch ends by leaving what it is in. */
function leaves(branch: ts.Statement): boolean {
  const last = ts.isBlock(branch) ? branch.statements.at(-1) : branch;
  return (
    last !== undefined &&
    (ts.isReturnStatement(last) || ts.isContinueStatement(last) || ts.isThrowStatement(last))
  );
}
