import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ABI_VERSION } from '../engine/program.ts';
import type { StreamProgram } from '../engine/program.ts';
import type { SqlProgram } from '../history/program.ts';
import type { ServingPlan } from '../serve/plan.ts';
import { loadModule, reasonOf } from './load-module.ts';

/** What was generated for one project. */
export interface Programs {
  readonly stream: StreamProgram;
  readonly serving: ServingPlan;
  readonly sql: SqlProgram;
}

/** A generated program that is missing, stale or broken; the message says what to do. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
}

/**
 * Loads what `skewless generate` wrote.
 * @param root the project, absolute
 * @param generated its folder of generated files, absolute
 * @throws ProgramError
 */
export async function loadProgram(root: string, generated: string): Promise<Programs> {
  const folder = relative(root, generated) || '.';
  const load = async (file: string, name: string): Promise<unknown> => {
    const path = join(generated, file);
    if (!existsSync(path)) {
      throw new ProgramError(
        `there is no ${folder}/${file}: run \`npm run generate\`, or set generated in skewless.config.ts`,
      );
    }
    assertOneSkewless(path);
    const module = await loadModule(root, path).catch((error: unknown) => {
      throw new ProgramError(
        `${folder}/${file} cannot be loaded: ${reasonOf(error)}. Run \`npm run generate\``,
      );
    });
    if (module[name] === undefined) {
      throw new ProgramError(`${folder}/${file} does not export ${name}: run \`npm run generate\``);
    }
    return module[name];
  };
  const stream = (await load('stream/index.ts', 'program')) as StreamProgram;
  const serving = (await load('serving.ts', 'serving')) as ServingPlan;
  const sql = (await load('sql/index.ts', 'program')) as SqlProgram;
  for (const { abi } of [stream, serving]) {
    if (abi === ABI_VERSION) continue;
    throw new ProgramError(
      `${folder}/ was generated for ABI ${abi}, and this is ABI ${ABI_VERSION}: run \`npm run generate\``,
    );
  }
  if (stream.fingerprint !== serving.fingerprint) {
    throw new ProgramError(`the files of ${folder}/ are of two generations: run \`npm run generate\``);
  }
  return { stream, serving, sql };
}

/** Two copies of skewless in one process would not know each other's structures. */
function assertOneSkewless(file: string): void {
  const ours = fileURLToPath(
    new URL(import.meta.url.endsWith('.ts') ? '../abi.ts' : '../abi.js', import.meta.url),
  );
  let theirs: string;
  try {
    theirs = createRequire(file).resolve('skewless/abi');
  } catch {
    throw new ProgramError('the project does not have skewless: run `npm install skewless`');
  }
  if (realpathSync(theirs) === realpathSync(ours)) return;
  throw new ProgramError(
    `the project has a skewless of its own (${theirs}), and another one is running (${ours}): run \`npx skewless\` in the project`,
  );
}
