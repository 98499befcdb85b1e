import { resolve } from 'node:path';
import { createLogger } from '../../runtime/observe/logger.ts';
import { loadProject } from '../project.ts';
import type { RunOptions } from './command.ts';
import { untilStopped } from './until-stopped.ts';

/** Runs the service until a signal or its own end. @returns whether it ended in order */
export async function run({ root, config }: RunOptions): Promise<boolean> {
  const project = await loadProject(resolve(root), config);
  const { settings } = project.loaded;
  const log = createLogger(settings.log);
  for (const warning of project.warnings) log.warn(warning);
  // Loaded once all is known to be right: what is wrong is then said at once.
  const { runService } = await import('../../runtime/service/index.ts');
  const start = () => runService({ root: project.root, config: settings, programs: project.programs, log });
  const ended = await untilStopped(start, { signals: process, log, exit: code => process.exit(code) }).catch(
    (error: unknown) => {
      // Whoever reads the log must find the end of the service in it.
      log.fatal({ err: error }, error instanceof Error ? error.message : String(error));
      return false;
    },
  );
  // What a library has left open must not keep a service alive that has ended.
  setTimeout(() => process.exit(ended ? 0 : 1), 1000).unref();
  return ended;
}
