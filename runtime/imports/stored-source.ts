// Control path.
import { suggestion } from '../../kernels/nearest.ts';
import type { SqlProgram, SqlSource } from '../history/program.ts';
import { ImportError } from './options.ts';

/** @throws ImportError with the nearest name where the program has none of this */
export function storedSource({ sources }: SqlProgram, name: string): SqlSource {
  const found = sources.find(source => source.name === name);
  if (found !== undefined) return found;
  const hint = suggestion(
    name,
    sources.map(source => source.name),
  );
  throw new ImportError(`the program has no source ${name}${hint === null ? '' : `: ${hint}`}`);
}
