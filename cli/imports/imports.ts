import { resolve } from 'node:path';
import color from 'picocolors';
import { instantText } from '../../runtime/history/instants.ts';
import { dropImport, listImports } from '../../runtime/imports/index.ts';
import type { Import } from '../../runtime/imports/index.ts';
import { parsePostgresUrl } from '../../runtime/postgres/existing.ts';
import { createPool } from '../../runtime/postgres/pool.ts';
import { Failure } from '../failure.ts';
import { loadProject } from '../project.ts';
import { table } from '../table.ts';
import { amount } from '../units.ts';
import type { ImportsCommandOptions } from './command.ts';

export async function tellImports(
  source: string | null,
  { root, config, drop, dryRun = false, json }: ImportsCommandOptions,
): Promise<true> {
  const { loaded, programs } = await loadProject(resolve(root), config);
  const { history } = loaded.settings;
  if (history === null)
    throw new Failure('there is no history: set history.url in skewless.config.ts, or SKEWLESS_HISTORY_URL');
  if (drop !== undefined && source === null)
    throw new Failure(
      `of which source is import ${drop} to be dropped? Write skewless imports SOURCE --drop ${drop}`,
    );
  const pool = createPool(parsePostgresUrl(history.url));
  try {
    if (drop === undefined || source === null) {
      const imports = await listImports(pool, source);
      console.log(json ? JSON.stringify(imports, null, 2) : importLines(imports).join('\n'));
    } else {
      const dropped = await dropImport(pool, programs.sql, { source, import: drop, dryRun });
      console.log(json ? JSON.stringify(dropped, null, 2) : droppedLines(dropped, dryRun).join('\n'));
    }
  } finally {
    await pool.end();
  }
  return true;
}

/** One line for each, those that were dropped too. */
export function importLines(imports: readonly Import[]): string[] {
  if (imports.length === 0) return ['nothing was imported'];
  const columns = [
    { heading: 'source' },
    ...['import', 'stored', 'refused'].map(heading => ({ heading, align: 'right' as const })),
    ...['of the time from', 'to', 'made', 'of'].map(heading => ({ heading })),
  ];
  const rows = imports.map(each => {
    const { source, number, stored, refused, first, last, importedAt, from, droppedAt } = each;
    const of = droppedAt === null ? from : color.dim(`${from}; dropped ${instantText(droppedAt)}`);
    const instants = [first, last, importedAt].map(instantText);
    return [source, String(number), amount(stored), amount(refused), ...instants, of];
  });
  return table(columns, rows);
}

function droppedLines({ source, number, stored, refused, from }: Import, dryRun: boolean): string[] {
  const what = `import ${number} of ${source} (${from}): ${amount(stored)} rows, ${amount(refused)} refused`;
  if (dryRun) return [`would be dropped: ${what}`, color.dim('nothing was changed: --dry-run')];
  return [`dropped: ${what}`, color.yellow(leftBehind)];
}

/** What does not go with an import. */
export const leftBehind =
  'a service whose state was built with it keeps it until its state is built anew: end it, remove its state, start it again';
