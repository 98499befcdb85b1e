import { relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ts } from 'ts-morph';
import type { Diagnostics, Span } from '../diagnostics/index.ts';
import { createProgram, DeclarationCache, readOptions } from './program.ts';
import type { ProjectOptions } from './project.ts';

/** A module of the user's: an entry, or what an entry imports by a path of the user's own. */
export interface UserModule {
  /** Its place in the list of all; instrumented code names it by this. */
  readonly index: number;
  /** Path from the root, with `/`. */
  readonly path: string;
  readonly sourceFile: ts.SourceFile;
  readonly entry: boolean;
  /** Module specifiers of import and export declarations, with the file each one means. */
  readonly imports: readonly ModuleImport[];
}

export interface ModuleImport {
  readonly specifier: ts.StringLiteral;
  readonly file: string;
  /** null: no module of the user's in TypeScript, but a JSON file, a JavaScript file or our own package. */
  readonly module: string | null;
}

/** The feature modules, parsed and bound; types are computed as they are asked for. */
export interface Compiled {
  readonly root: string;
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  /** By absolute path, entries first. */
  readonly modules: ReadonlyMap<string, UserModule>;
}

/** Our own language: imported by path it must still be the one instance that the generator has. */
const ownFolders = ['dsl', 'kernels'].map(
  folder => fileURLToPath(new URL(`../../${folder}`, import.meta.url)) + sep,
);

/** @returns the modules, none where the project cannot be checked at all, which `report` says. */
export function compile(options: ProjectOptions, report: Diagnostics): Compiled {
  const root = resolve(options.root);
  const tsconfig = resolve(root, options.tsconfig ?? 'tsconfig.json');
  const path = pathFrom(root, tsconfig);
  const read = readOptions(tsconfig);
  if ('problem' in read) report.add('SK101', null, { path, reason: read.problem });
  else if (!isStrict(read.options)) report.add('SK102', null, { path });
  const checked = 'options' in read && isStrict(read.options);
  const entries = checked ? options.entries.map(entry => resolve(root, entry)) : [];
  const program = createProgram(
    entries,
    checked ? read.options : {},
    options.cache ?? new DeclarationCache(),
  );
  const modules = collectModules(root, program, entries);
  const compiled: Compiled = { root, program, checker: program.getTypeChecker(), modules };
  if (checked) reportTypeScript(compiled, report);
  return compiled;
}

function isStrict(options: ts.CompilerOptions): boolean {
  return options.strictNullChecks ?? options.strict ?? false;
}

function collectModules(
  root: string,
  program: ts.Program,
  entries: readonly string[],
): Map<string, UserModule> {
  const modules = new Map<string, UserModule>();
  const waiting = [...entries];
  for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
    const sourceFile = program.getSourceFile(file);
    if (modules.has(file) || sourceFile === undefined) continue;
    const imports = importsOf(sourceFile, program);
    const path = pathFrom(root, file);
    modules.set(file, { index: modules.size, path, sourceFile, entry: entries.includes(file), imports });
    for (const { module } of imports) if (module !== null) waiting.push(module);
  }
  return modules;
}

function importsOf(sourceFile: ts.SourceFile, program: ts.Program): ModuleImport[] {
  const checker = program.getTypeChecker();
  const found: ModuleImport[] = [];
  for (const statement of sourceFile.statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    const specifier = statement.moduleSpecifier;
    if (specifier === undefined || !ts.isStringLiteral(specifier)) continue;
    if (!isUsersOwn(specifier.text, program.getCompilerOptions())) continue;
    const target = checker.getSymbolAtLocation(specifier)?.declarations?.find(ts.isSourceFile);
    if (target === undefined) continue;
    const file = resolve(target.fileName);
    const isModule = /\.[mc]?tsx?$/.test(file) && !target.isDeclarationFile && !isOurs(file);
    found.push({ specifier, file, module: isModule ? file : null });
  }
  return found;
}

/** Paths and aliases of paths; packages are let be. */
function isUsersOwn(specifier: string, options: ts.CompilerOptions): boolean {
  if (/^[./#]/.test(specifier)) return true;
  return Object.keys(options.paths ?? {}).some(pattern => {
    const [before = '', after] = pattern.split('*');
    return after === undefined
      ? specifier === before
      : specifier.startsWith(before) && specifier.endsWith(after);
  });
}

function isOurs(file: string): boolean {
  return ownFolders.some(folder => file.startsWith(folder));
}

function reportTypeScript({ root, program, modules }: Compiled, report: Diagnostics): void {
  const found: ts.Diagnostic[] = [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()];
  for (const { path, sourceFile } of modules.values()) {
    const off = checkTurnedOff(sourceFile);
    if (off !== null)
      report.add('SK104', { file: path, start: off.pos, end: off.end }, { comment: '@ts-nocheck' });
    const syntactic = program.getSyntacticDiagnostics(sourceFile);
    found.push(...syntactic, ...(syntactic.length > 0 ? [] : program.getSemanticDiagnostics(sourceFile)));
  }
  const textOf = (message: string | ts.DiagnosticMessageChain): string =>
    shortened(ts.flattenDiagnosticMessageText(message, '\n').replaceAll(`${root}/`, ''));
  const spanOf = (place: ts.DiagnosticRelatedInformation): Span | null => {
    const module = place.file && modules.get(resolve(place.file.fileName));
    if (module === undefined || place.start === undefined) return null;
    return { file: module.path, start: place.start, end: place.start + (place.length ?? 0) };
  };
  for (const diagnostic of found) {
    // What is merely unused is for the linter: it does not change what a feature means.
    if (diagnostic.category !== ts.DiagnosticCategory.Error || diagnostic.reportsUnnecessary) continue;
    const related = (diagnostic.relatedInformation ?? []).flatMap(other => {
      const span = spanOf(other);
      return span === null ? [] : [{ span, message: textOf(other.messageText) }];
    });
    const params = { text: textOf(diagnostic.messageText), number: diagnostic.code };
    report.add('SK100', spanOf(diagnostic), params, related);
  }
}

/** The comment `// @ts-nocheck` above a module's first statement. */
export function checkTurnedOff({ text }: ts.SourceFile): ts.CommentRange | null {
  const start = ts.getShebang(text)?.length ?? 0;
  const comments = ts.getLeadingCommentRanges(text, start) ?? [];
  return comments.find(({ pos, end }) => /^\/[/*]\s*@ts-nocheck\b/.test(text.slice(pos, end))) ?? null;
}

/** A row's type written out says nothing that its name does not: `'RowOf<…>'`. */
function shortened(text: string): string {
  return text.replaceAll(/'([\w$.]*)([<{])[^'\n]{60,}([>}])'/g, "'$1$2…$3'");
}

/** With `/` on every system. */
export function pathFrom(root: string, file: string): string {
  return relative(root, file).split(sep).join('/');
}
