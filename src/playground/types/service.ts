/** TypeScript's language service over one program and the declarations it may use. Works alike in a worker and in Node. */
import ts from 'typescript';
import { INSTEAD, NO_RANDOM } from '../sandbox/runner/language.ts';
import { unmarked } from './docstring.ts';
import type {
  Candidate,
  CandidateDetail,
  Candidates,
  Explanation,
  TypeFiles,
  TypeProblem,
} from './messages.ts';

/** The library that programs are checked against: the language, and nothing of a browser. */
export const LANGUAGE_LIB = 'lib.es2023.d.ts';

const PROGRAM = '/program.ts';
/** Brings the model's names to where imports can be proposed, whether the program imports any yet or not. */
const ALL = '/all.d.ts';

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  lib: [LANGUAGE_LIB],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  // A program without an import is a module, too: it may await at its top, and its names are its own.
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: [],
};

const PREFERENCES: ts.UserPreferences = {
  includeCompletionsForModuleExports: true,
  includeCompletionsWithInsertText: true,
  quotePreference: 'single',
};

/** Answers questions about a program's text. Places are UTF-16 units from its start. */
export interface Service {
  problems(text: string): TypeProblem[];
  candidates(text: string, at: number): Candidates | null;
  detail(text: string, at: number, candidate: Candidate): CandidateDetail | null;
  explanation(text: string, at: number): Explanation | null;
}

/**
 * @param files the declarations of the language, of the runner's globals and of the model.
 */
export function makeService(files: TypeFiles): Service {
  const all = new Map(Object.entries(files));
  all.set(ALL, "import 'faultlines';\n");
  const folders = new Set<string>();
  for (const path of all.keys()) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
      folders.add(path.slice(0, at));
  }
  let program = '';
  let version = 0;

  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => OPTIONS,
    getScriptFileNames: () => [PROGRAM, ALL, ...(all.has('/globals.d.ts') ? ['/globals.d.ts'] : [])],
    getScriptVersion: path => (path === PROGRAM ? String(version) : '0'),
    getScriptSnapshot: path => {
      const text = path === PROGRAM ? program : all.get(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => '/',
    getDefaultLibFileName: () => `/lib/${LANGUAGE_LIB}`,
    fileExists: path => path === PROGRAM || all.has(path),
    readFile: path => (path === PROGRAM ? program : all.get(path)),
    directoryExists: path => path === '/' || folders.has(path.replace(/\/$/, '')),
    getDirectories: path => {
      const below = path.endsWith('/') ? path : `${path}/`;
      return [...folders]
        .filter(folder => folder.startsWith(below) && !folder.slice(below.length).includes('/'))
        .map(folder => folder.slice(below.length));
    },
    useCaseSensitiveFileNames: () => true,
  };
  const service = ts.createLanguageService(host);

  const put = (text: string) => {
    if (text === program) return;
    program = text;
    version++;
  };

  return {
    problems(text) {
      put(text);
      const found = [
        ...service.getSyntacticDiagnostics(PROGRAM),
        ...service.getSemanticDiagnostics(PROGRAM),
      ].map(diagnostic => problemOf(diagnostic, text));
      return found.sort((a, b) => a.from - b.from);
    },

    candidates(text, at) {
      put(text);
      const found = service.getCompletionsAtPosition(PROGRAM, at, PREFERENCES);
      if (!found) return null;
      const written = /[\p{L}\p{N}_$#]*$/u.exec(text.slice(0, at))?.[0].length ?? 0;
      return {
        from: at - written,
        names: found.entries.flatMap(entry => {
          const { name, kind, sortText: sort, insertText: insert, source, data } = entry;
          // What the service would import is offered only where a program may import it from.
          if (source !== undefined && data?.moduleSpecifier !== 'faultlines' && source !== 'faultlines')
            return [];
          return [
            {
              name,
              kind,
              sort,
              ...(insert === undefined ? {} : { insert }),
              ...(source === undefined ? {} : { module: source }),
            },
          ];
        }),
      };
    },

    detail(text, at, { name, module }) {
      put(text);
      const format = ts.getDefaultFormatCodeSettings('\n');
      // The service asks for the same entry again, with what it had said of where it would be imported from.
      const data = service
        .getCompletionsAtPosition(PROGRAM, at, PREFERENCES)
        ?.entries.find(entry => entry.name === name && entry.source === module)?.data;
      const found = service.getCompletionEntryDetails(PROGRAM, at, name, format, module, PREFERENCES, data);
      if (!found) return null;
      const edits = (found.codeActions ?? [])
        .flatMap(({ changes }) => changes)
        .filter(change => change.fileName === PROGRAM)
        .flatMap(change => change.textChanges)
        .map(({ span, newText }) => ({
          from: span.start,
          to: span.start + span.length,
          insert: newText,
        }));
      return { ...documentation(found), edits };
    },

    explanation(text, at) {
      put(text);
      const found = service.getQuickInfoAtPosition(PROGRAM, at);
      if (found) {
        const { start, length } = found.textSpan;
        return { from: start, to: start + length, ...documentation(found) };
      }
      return callAround(service, at);
    },
  };
}

/** The signature of the call among whose arguments a place is. */
function callAround(service: ts.LanguageService, at: number): Explanation | null {
  const help = service.getSignatureHelpItems(PROGRAM, at, undefined);
  const item = help?.items[help.selectedItemIndex];
  if (!help || !item) return null;
  const parameters = item.parameters.map(({ displayParts }) => plain(displayParts));
  const separator = plain(item.separatorDisplayParts);
  return {
    from: at,
    to: at,
    signature: `${plain(item.prefixDisplayParts)}${parameters.join(separator)}${plain(item.suffixDisplayParts)}`,
    text: read(item.documentation),
    tags: tagsOf(item.tags),
  };
}

function problemOf({ start = 0, length = 0, messageText, code }: ts.Diagnostic, text: string): TypeProblem {
  const from = Math.min(start, text.length);
  const to = Math.min(from + length, text.length);
  const message = ts.flattenDiagnosticMessageText(messageText, '\n');
  const instead = insteadOf(code, text.slice(from, to), message);
  return {
    line: text.slice(0, from).split('\n').length,
    from,
    to,
    message: instead === undefined ? message : `${message} ${instead}`,
  };
}

/** TypeScript's numbers for a name that is not there, or is there as a type or a namespace alone. */
const NOT_THERE: ReadonlySet<number> = new Set([2304, 2552, 2580, 2581, 2582, 2584, 2591, 2693, 2708]);

/** What a run says of a name that it has not, where that is what a diagnostic is about. */
function insteadOf(code: number, name: string, message: string): string | undefined {
  if (code === 2339 && name === 'random' && message.includes("'Math'")) return NO_RANDOM;
  const isGlobal = NOT_THERE.has(code) || message.includes("'typeof globalThis'");
  return isGlobal && Object.hasOwn(INSTEAD, name) ? INSTEAD[name] : undefined;
}

interface Documented {
  readonly displayParts?: ts.SymbolDisplayPart[];
  readonly documentation?: ts.SymbolDisplayPart[];
  readonly tags?: ts.JSDocTagInfo[];
}

function documentation({ displayParts, documentation: text, tags }: Documented) {
  return { signature: plain(displayParts), text: read(text), tags: tagsOf(tags) };
}

/** Text of a docstring as it is read: without the marks of code and of links. */
function read(parts: readonly ts.SymbolDisplayPart[] | undefined): string {
  return unmarked(plain(parts));
}

function plain(parts: readonly ts.SymbolDisplayPart[] | undefined): string {
  return ts.displayPartsToString(parts as ts.SymbolDisplayPart[] | undefined);
}

function tagsOf(tags: readonly ts.JSDocTagInfo[] | undefined): { name: string; text: string }[] {
  return (tags ?? []).map(({ name, text }) => ({ name, text: read(text) }));
}
