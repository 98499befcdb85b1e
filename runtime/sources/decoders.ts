// Control path: the decoders that the configuration names, loaded by each thread that reads.
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { loadModule, reasonOf } from '../config/load-module.ts';
import { SourceError } from './source.ts';
import type { Decoder } from './decoder.ts';

/** By source. */
export type Decoders = ReadonlyMap<string, Decoder>;

/**
 * @param root the project, absolute
 * @param paths modules by source, absolute
 * @throws SourceError that names the key of the configuration
 */
export async function loadDecoders(root: string, paths: Readonly<Record<string, string>>): Promise<Decoders> {
  const decoders = new Map<string, Decoder>();
  for (const [source, path] of Object.entries(paths)) {
    const where = `kafka.decoders.${source}: ${relative(root, path) || path}`;
    if (!existsSync(path)) throw new SourceError(`${where}: there is no such file`);
    const module = await loadModule(root, path).catch((error: unknown) => {
      throw new SourceError(`${where} cannot be loaded: ${reasonOf(error)}`, { cause: error });
    });
    const decoder = module['default'];
    if (!isDecoder(decoder)) {
      throw new SourceError(
        `${where} must export its decoder as default: export default defineDecoder({ decode: bytes => … })`,
      );
    }
    decoders.set(source, decoder);
  }
  return decoders;
}

function isDecoder(value: unknown): value is Decoder {
  if (typeof value !== 'object' || value === null) return false;
  const { decode, prepare } = value as Partial<Record<keyof Decoder, unknown>>;
  return typeof decode === 'function' && (prepare === undefined || typeof prepare === 'function');
}
