import { readdirSync, readFileSync } from 'node:fs';
import { temporaryProject } from '../support/temporary-project.ts';
import type { TemporaryProject } from '../support/temporary-project.ts';

const folder = new URL('../../features/', import.meta.url);

/**
 * The four worked examples as a project of their own, with their plan.
 * @param change of a module's text, by its path below `features/`
 */
export async function featuresProgram(
  change: (path: string, text: string) => string = (_, text) => text,
): Promise<TemporaryProject> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(path =>
    /(?<!\.test)\.ts$/.test(path),
  );
  return await temporaryProject(
    Object.fromEntries(paths.map(path => [path, change(path, readFileSync(new URL(path, folder), 'utf8'))])),
  );
}
