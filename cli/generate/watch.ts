import { resolve } from 'node:path';
import { watch } from 'chokidar';
import color from 'picocolors';
import { DeclarationCache } from '../../generator/frontend/index.ts';
import { LockError } from '../../generator/lock/lock-file.ts';
import { failureText } from '../failure.ts';
import type { GenerateOptions } from './command.ts';
import { generateOnce } from './generate-once.ts';
import type { Watching } from './generate-once.ts';

/** Generates again on every change, until interrupted. */
export async function watchAndGenerate(options: GenerateOptions): Promise<true> {
  const folder = resolve(options.root, options.features);
  console.log(color.dim(`watching ${options.features}/ and what it imports`));
  const watcher = watch(folder, {
    ignoreInitial: true,
    awaitWriteFinish: { stabilityThreshold: 50, pollInterval: 10 },
  });
  const watching: Watching = { cache: new DeclarationCache(), read: files => void watcher.add([...files]) };
  let running = false;
  let changed = false;
  const again = async (): Promise<void> => {
    changed = true;
    if (running) return;
    running = true;
    while (changed) {
      changed = false;
      await generateOnce(options, watching).catch(reportRefusal);
    }
    running = false;
  };
  watcher.on('all', (_event, path) => {
    if (path.endsWith('.ts')) void again();
  });
  await again();
  await new Promise<void>(ended => process.once('SIGINT', () => void watcher.close().then(ended)));
  return true;
}

/** What the system refuses (a folder that may not be written), and a lock, may be mended while this goes on. */
function reportRefusal(error: unknown): void {
  if (!(error instanceof LockError) && !(error instanceof Error && 'syscall' in error)) throw error;
  console.error(failureText(error, false));
}
