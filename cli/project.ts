import { checkNames } from '../runtime/config/check-names.ts';
import { loadConfig } from '../runtime/config/load-config.ts';
import type { LoadedConfig } from '../runtime/config/load-config.ts';
import { loadProgram } from '../runtime/config/load-program.ts';
import type { Programs } from '../runtime/config/load-program.ts';
import { ConfigError } from '../runtime/config/problems.ts';
import type { Reads } from '../runtime/config/read-config.ts';
import { basename } from 'node:path';

/** A project as a service needs it: its configuration, and what was generated from its features. */
export interface Project {
  /** Absolute. */
  readonly root: string;
  readonly loaded: LoadedConfig;
  readonly programs: Programs;
  /** What may be meant so, and should be said. */
  readonly warnings: readonly string[];
}

/**
 * @param root absolute
 * @param file the configuration, where it is not in its usual place
 * @param reads what of it is looked at
 * @throws ConfigError, ProgramError with what is to be done
 */
export async function loadProject(
  root: string,
  file: string | undefined,
  reads: Reads = 'all',
): Promise<Project> {
  const loaded = await loadConfig(root, file, process.env, reads);
  const programs = await loadProgram(root, loaded.settings.generated);
  const { problems, warnings } = checkNames(loaded.settings, programs.serving, reads);
  if (problems.length > 0) throw new ConfigError(basename(loaded.file), problems);
  return { root, loaded, programs, warnings: [...loaded.warnings, ...warnings] };
}
