import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { streamBackend } from '../../../generator/backends/stream/index.ts';
import type { Program } from '../../../generator/ir/index.ts';
import type { StreamProgram } from '../../../runtime/index.ts';

/** Generates a program's stream code into a scratch folder and imports it. */
export async function loadProgram(program: Program): Promise<StreamProgram> {
  const files = streamBackend(program);
  const digest = createHash('sha256').update(files.map(file => file.path + file.text).join('\0'));
  const folder = resolve('.skewless/test', digest.digest('hex').slice(0, 16));
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const module = (await import(pathToFileURL(join(folder, 'stream/index.ts')).href)) as {
    program: StreamProgram;
  };
  return module.program;
}
