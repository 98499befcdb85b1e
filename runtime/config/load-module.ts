// Control path: how a project's own TypeScript is loaded, from a build of ours or from its source.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Imports a module of a project, TypeScript or not, into this very process: what it imports of `skewless` is what
 * runs here already, for the engine tells its structures by their classes. Works in worker threads too.
 * @throws what the module throws
 */
export async function loadModule(root: string, path: string): Promise<Readonly<Record<string, unknown>>> {
  const address = pathToFileURL(path).href;
  // Run from source, this process reads TypeScript already.
  if (import.meta.url.endsWith('.ts')) return (await import(address)) as Readonly<Record<string, unknown>>;
  const { register } = await import('tsx/esm/api');
  const tsconfig = join(root, 'tsconfig.json');
  const unregister = register({ tsconfig: existsSync(tsconfig) ? tsconfig : false });
  try {
    return (await import(address)) as Readonly<Record<string, unknown>>;
  } finally {
    await unregister();
  }
}

/** What a module said when it was loaded, in one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
}
