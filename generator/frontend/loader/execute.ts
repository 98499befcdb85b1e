import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ts } from 'ts-morph';
import type { Diagnostics } from '../../diagnostics/index.ts';
import { checkTurnedOff } from '../compiler.ts';
import type { Compiled, UserModule } from '../compiler.ts';
import { nodeSpan } from '../node-span.ts';
import type { ExportedDeclaration } from '../project.ts';
import { instrument } from './instrument.ts';
import { closeModule, openModule, Registry } from './registry.ts';

/** Everything the modules exported, and where its parts were made. */
export interface Executed {
  readonly registry: Registry;
  /** Of the entries. */
  readonly declarations: readonly ExportedDeclaration[];
  /** Of every module of the user's that ran, by path. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/** Ours in the same form as this very module: source under tsx, JavaScript once it is built. */
function ownModule(path: string): string {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  return new URL(`${path}${extension}`, import.meta.url).href;
}

/**
 * Runs the modules in instrumented form. They are written to a folder of this run alone, below the user's root
 * so that packages resolve as they do for the user, and imported: a folder of its own, because a module is
 * evaluated once per address. `skewless` means the language as the generator itself has it.
 */
export async function execute(
  compiled: Compiled,
  buildFolder: string,
  report: Diagnostics,
): Promise<Executed> {
  mkdirSync(buildFolder, { recursive: true });
  const folder = mkdtempSync(join(buildFolder, 'run-'));
  const registry = new Registry();
  const sound = soundModules(compiled);
  const addresses = new Map(
    sound.map(module => [
      resolve(module.sourceFile.fileName),
      pathToFileURL(join(folder, `${module.index}-${basename(module.path).replace(/\.\w+$/, '')}.mjs`)).href,
    ]),
  );
  const opened: number[] = [];
  try {
    for (const module of sound) opened.push(writeModule(module, compiled, registry, addresses));
    return await importAll(compiled, sound, addresses, registry, report);
  } finally {
    opened.forEach(closeModule);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Modules that are checked and without errors of syntax, in themselves and in all they import. */
function soundModules({ program, modules }: Compiled): UserModule[] {
  const broken = new Set<string>();
  for (const [file, { sourceFile }] of modules) {
    if (program.getSyntacticDiagnostics(sourceFile).length > 0 || checkTurnedOff(sourceFile) !== null)
      broken.add(file);
  }
  for (let before = -1; before !== broken.size;) {
    before = broken.size;
    for (const [file, { imports }] of modules) {
      if (imports.some(({ module }) => module !== null && broken.has(module))) broken.add(file);
    }
  }
  return [...modules].filter(([file]) => !broken.has(file)).map(([, module]) => module);
}

function writeModule(
  module: UserModule,
  { checker, program }: Compiled,
  registry: Registry,
  addresses: ReadonlyMap<string, string>,
): number {
  const nodes: ts.Node[] = [];
  const number = openModule(registry, nodes);
  const own = module.sourceFile.fileName;
  const addressOf = (specifier: ts.StringLiteralLike): string | null => {
    if (specifier.text === 'skewless') return ownModule('../../../dsl/index');
    const target = module.imports.find(candidate => candidate.specifier === specifier);
    if (target !== undefined) return addresses.get(target.file) ?? pathToFileURL(target.file).href;
    return /^\.{1,2}\//.test(specifier.text)
      ? pathToFileURL(resolve(dirname(own), specifier.text)).href
      : null;
  };
  const instrumented = instrument(module, number, checker, ownModule('./registry'), addressOf);
  nodes.push(...instrumented.nodes);
  const { verbatimModuleSyntax, experimentalDecorators, useDefineForClassFields } =
    program.getCompilerOptions();
  const { outputText } = ts.transpileModule(instrumented.text, {
    fileName: own,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      isolatedModules: true,
      ...(verbatimModuleSyntax === undefined ? {} : { verbatimModuleSyntax }),
      ...(experimentalDecorators === undefined ? {} : { experimentalDecorators }),
      ...(useDefineForClassFields === undefined ? {} : { useDefineForClassFields }),
    },
  });
  writeFileSync(new URL(addresses.get(resolve(own))!), outputText);
  return number;
}

async function importAll(
  compiled: Compiled,
  sound: readonly UserModule[],
  addresses: ReadonlyMap<string, string>,
  registry: Registry,
  report: Diagnostics,
): Promise<Executed> {
  const namespaces = new Map<string, Readonly<Record<string, unknown>>>();
  const declarations: ExportedDeclaration[] = [];
  const thrown = new Set<unknown>();
  for (const module of sound) {
    const address = addresses.get(resolve(module.sourceFile.fileName))!;
    registry.restart();
    try {
      const namespace = (await settled(() => import(address))) as Readonly<Record<string, unknown>>;
      namespaces.set(module.path, namespace);
      if (module.entry) declarations.push(...declarationsOf(module, namespace, compiled));
    } catch (error) {
      // A module that imports one that threw is given the very same error.
      if (thrown.has(error)) continue;
      thrown.add(error);
      const place = importThatFailed(error, module) ?? registry.position ?? module.sourceFile.statements[0];
      reportThrown(error, place, compiled, addresses, report);
    }
  }
  return { registry, declarations, namespaces };
}

/** Awaits it, and turns a promise that it left behind rejected into a rejection of its own: Node would end the process. */
async function settled<T>(run: () => Promise<T>): Promise<T> {
  const rejections: unknown[] = [];
  const note = (reason: unknown): void => void rejections.push(reason);
  process.on('unhandledRejection', note);
  try {
    const result = await run();
    await new Promise(resolve => setImmediate(resolve));
    if (rejections.length > 0) throw rejections[0];
    return result;
  } finally {
    process.off('unhandledRejection', note);
  }
}

/** Node fails to find a module before any of its importer runs: then it is the import that is meant. */
function importThatFailed(error: unknown, { sourceFile }: UserModule): ts.Node | null {
  const missing =
    error instanceof Error ? /^Cannot find (?:package|module) '([^']+)'/.exec(error.message)?.[1] : undefined;
  if (missing === undefined) return null;
  const means = (specifier: string): boolean =>
    specifier === missing ||
    specifier.startsWith(`${missing}/`) ||
    (specifier.startsWith('.') && missing.endsWith(specifier.replace(/^[./]+/, '/')));
  const specifiers = sourceFile.statements.flatMap(statement =>
    ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement) ? [statement.moduleSpecifier] : [],
  );
  return specifiers.find(node => node !== undefined && ts.isStringLiteral(node) && means(node.text)) ?? null;
}

/** In the order they are written; JavaScript would sort them by name. */
function declarationsOf(
  module: UserModule,
  namespace: Readonly<Record<string, unknown>>,
  { checker }: Compiled,
): ExportedDeclaration[] {
  const symbol = checker.getSymbolAtLocation(module.sourceFile);
  const written = symbol === undefined ? [] : checker.getExportsOfModule(symbol).map(({ name }) => name);
  const names = new Set([...written, ...Object.keys(namespace)].filter(name => name in namespace));
  return [...names].map(name => ({ file: module.path, exportName: name, value: namespace[name] }));
}

/** An error at a place where TypeScript has seen one already is its consequence, and no news. */
function reportThrown(
  error: unknown,
  node: ts.Node | undefined,
  { modules }: Compiled,
  addresses: ReadonlyMap<string, string>,
  report: Diagnostics,
): void {
  let reason = error instanceof Error ? `${error.name}: ${error.message}` : `\`${String(error)}\``;
  for (const [file, address] of addresses) {
    const path = modules.get(file)?.path ?? file;
    reason = reason.replaceAll(address, path).replaceAll(new URL(address).pathname, path);
  }
  const module = node && modules.get(resolve(node.getSourceFile().fileName));
  const span = node && module ? nodeSpan(node, module.path) : null;
  const expected = report
    .list()
    .some(({ code, span: at }) => code === 'SK100' && at !== null && span !== null && overlap(at, span));
  if (!expected) report.add('SK103', span, { reason });
}

function overlap(
  a: { file: string; start: number; end: number },
  b: { file: string; start: number; end: number },
): boolean {
  return a.file === b.file && a.start < b.end && b.start < a.end;
}
