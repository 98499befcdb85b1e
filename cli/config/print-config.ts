import { resolve } from 'node:path';
import color from 'picocolors';
import { loadProject } from '../project.ts';
import { showSettings } from '../../runtime/config/show.ts';
import type { Shown } from '../../runtime/config/show.ts';
import type { ConfigOptions } from './command.ts';

export async function printConfig({ root, config, json = false }: ConfigOptions): Promise<true> {
  const { loaded, warnings } = await loadProject(resolve(root), config);
  const shown = showSettings(loaded.settings);
  if (json) console.log(JSON.stringify(shown, null, 2));
  else {
    console.log(color.dim(`# ${loaded.file}`));
    for (const line of lines(shown, '', loaded.fromEnvironment)) console.log(line);
  }
  for (const warning of warnings) console.error(color.yellow(warning));
  return true;
}

/** `serve.http.port = 8080`, a line for each value. */
function lines(value: Shown, path: string, fromEnvironment: ReadonlyMap<string, string>): string[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, each]) =>
      lines(each as Shown, path === '' ? key : `${path}.${key}`, fromEnvironment),
    );
  }
  const variable = fromEnvironment.get(path);
  return [`${path} = ${JSON.stringify(value)}${variable === undefined ? '' : color.dim(`  # ${variable}`)}`];
}
