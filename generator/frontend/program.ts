import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Project as Morph, ts } from 'ts-morph';

/**
 * Parsed declaration files of packages and of the language, to be handed from one load to the next: watch mode
 * and tests need them parsed once. Packages are taken not to change while a process runs.
 */
export class DeclarationCache {
  readonly #files = new Map<string, Map<string, ts.SourceFile>>();

  /** The files parsed under these options. */
  under(options: ts.CompilerOptions): Map<string, ts.SourceFile> {
    const key = JSON.stringify(options);
    const files = this.#files.get(key) ?? new Map<string, ts.SourceFile>();
    this.#files.set(key, files);
    return files;
  }
}

/** Where ts-morph keeps the library files that it brings along, so that no other TypeScript is needed. */
const LIBRARY = '/node_modules/typescript/lib';

/** The options of a tsconfig, or why there are none. */
export function readOptions(
  tsconfig: string,
): { readonly options: ts.CompilerOptions } | { readonly problem: string } {
  if (!existsSync(tsconfig)) return { problem: 'there is no such file' };
  const textOf = ({ messageText }: ts.Diagnostic): string =>
    ts.flattenDiagnosticMessageText(messageText, ' ');
  const { config, error } = ts.readConfigFile(tsconfig, path => ts.sys.readFile(path));
  if (error !== undefined) return { problem: textOf(error) };
  // The entries are told, so the folders of `include` need not be searched.
  const host: ts.ParseConfigHost = { ...ts.sys, readDirectory: () => [] };
  const parsed = ts.parseJsonConfigFileContent(config, host, dirname(tsconfig), undefined, tsconfig);
  const problem = parsed.errors.find(({ code }) => code !== NO_INPUTS && code !== NO_FILES);
  return problem === undefined ? { options: parsed.options } : { problem: textOf(problem) };
}

const NO_FILES = 18002;
const NO_INPUTS = 18003;

export function createProgram(
  entries: readonly string[],
  given: ts.CompilerOptions,
  cache: DeclarationCache,
): ts.Program {
  const options: ts.CompilerOptions = {
    ...given,
    noEmit: true,
    composite: false,
    incremental: false,
    declaration: false,
  };
  const declarations = cache.under(options);
  const host = ts.createCompilerHost(options, true);
  const read = host.getSourceFile.bind(host);
  host.getDefaultLibLocation = () => LIBRARY;
  host.getDefaultLibFileName = wanted => `${LIBRARY}/${ts.getDefaultLibFileName(wanted)}`;
  host.getSourceFile = (path, version, ...rest) => {
    if (!path.includes('/node_modules/')) return read(path, version, ...rest);
    if (declarations.size === 0) readLibrary(options, declarations);
    const known = declarations.get(path);
    if (known !== undefined) return known;
    const parsed = read(path, withoutDocs(version), ...rest);
    if (parsed !== undefined) declarations.set(path, parsed);
    return parsed;
  };
  return ts.createProgram({ rootNames: entries, options, host });
}

/** Doc comments of packages are of no use here, and cost a third of the time to parse. */
function withoutDocs(version: ts.ScriptTarget | ts.CreateSourceFileOptions): ts.CreateSourceFileOptions {
  const options = typeof version === 'object' ? version : { languageVersion: version };
  return { ...options, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
}

function readLibrary(options: ts.CompilerOptions, into: Map<string, ts.SourceFile>): void {
  const { target, lib } = options;
  const compilerOptions = {
    ...(target === undefined ? {} : { target }),
    ...(lib === undefined ? {} : { lib }),
    types: [],
  };
  const morph = new Morph({ compilerOptions, useInMemoryFileSystem: true });
  morph.createSourceFile('empty.ts', '');
  for (const file of morph.getProgram().compilerObject.getSourceFiles()) {
    if (file.fileName.startsWith(LIBRARY)) into.set(file.fileName, file);
  }
}
