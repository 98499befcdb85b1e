import { resolve } from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import color from 'picocolors';
import { parseInstant } from '../../kernels/instant.ts';
import { installSchema } from '../../runtime/history/index.ts';
import { instantText } from '../../runtime/history/instants.ts';
import { importHistory, overlapText } from '../../runtime/imports/index.ts';
import type { ImportFrom, ImportOptions, ImportReport } from '../../runtime/imports/index.ts';
import { parsePostgresUrl } from '../../runtime/postgres/existing.ts';
import { createPool } from '../../runtime/postgres/pool.ts';
import { Failure } from '../failure.ts';
import { leftBehind } from '../imports/imports.ts';
import { loadProject } from '../project.ts';
import { table } from '../table.ts';
import { amount } from '../units.ts';
import type { ImportCommandOptions } from './command.ts';

export async function importRecords(source: string, given: ImportCommandOptions): Promise<true> {
  const options = importOptions(source, given);
  const { loaded, programs } = await loadProject(resolve(given.root), given.config, 'history');
  const { history } = loaded.settings;
  if (history === null)
    throw new Failure('there is no history: set history.url in skewless.config.ts, or SKEWLESS_HISTORY_URL');
  const pool = createPool(parsePostgresUrl(history.url));
  const showsProgress = process.stderr.isTTY && given.json !== true;
  const progress = (rows: number): void => void process.stderr.write(`\r${amount(rows)} rows read`);
  try {
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    await installSchema(db, programs.sql);
    const report = await importHistory(pool, programs, showsProgress ? { ...options, progress } : options);
    if (showsProgress) process.stderr.write('\r\u001b[K');
    console.log(given.json ? JSON.stringify(report, null, 2) : reportLines(report, given).join('\n'));
  } finally {
    await pool.end();
  }
  return true;
}

/** @throws Failure for what is written wrong */
export function importOptions(source: string, given: ImportCommandOptions): ImportOptions {
  const { format, map = [], arrival, until, overlap, replace, dryRun = false } = given;
  const from = fromOf(given.from);
  return {
    source,
    from: from.kind === 'file' && format !== undefined ? { ...from, format: formatOf(format) } : from,
    map: Object.fromEntries(map.map(pairOf)),
    dryRun,
    ...(arrival === undefined ? {} : { arrival }),
    ...(until === undefined ? {} : { until: untilOf(until) }),
    ...(overlap === undefined ? {} : { overlap }),
    ...(replace === undefined ? {} : { replace }),
  };
}

function fromOf(text: string): ImportFrom {
  if (text.startsWith('table:')) return { kind: 'table', name: text.slice('table:'.length) };
  if (text.startsWith('query:')) return { kind: 'query', sql: text.slice('query:'.length) };
  return { kind: 'file', path: text };
}

function formatOf(text: string): 'ndjson' | 'csv' | 'parquet' {
  if (text === 'ndjson' || text === 'csv' || text === 'parquet') return text;
  throw new Failure(`--format ${text}: it is ndjson, csv or parquet`);
}

function pairOf(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1)
    throw new Failure(`--map ${text}: write column=name, the source's column first, as event_time=viewed_at`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function untilOf(text: string): number | 'log' {
  if (text === 'log') return 'log';
  const instant = parseInstant(text);
  if (instant === null)
    throw new Failure(`--until ${text}: write log, or an instant such as 2026-01-31T00:00:00Z`);
  return instant;
}

function logLines({ source, last, logBegins }: ImportReport): string[] {
  if (logBegins !== null) return [`the log begins at ${instantText(logBegins)}`];
  if (last === null) return [];
  return [
    color.yellow(
      `the history knows no log of ${source} yet: what the log brings from before ${instantText(last)} will be there twice`,
    ),
  ];
}

function absentLines({ absent }: ImportReport): string[] {
  if (absent.length === 0) return [];
  const what = absent.length === 1 ? 'column is' : 'columns are';
  return [
    color.yellow(
      `null in every row, for no such ${what} there: ${absent.join(', ')} (--map says another name)`,
    ),
  ];
}

function overlapLines({ overlaps }: ImportReport, isWanted: boolean): string[] {
  if (overlaps.length === 0) return [];
  const end = isWanted
    ? 'what is in both counts twice'
    : 'it would be an error without --replace or --overlap';
  return [...overlaps.map(each => `of the same time as ${overlapText(each)}`), end].map(line =>
    color.yellow(line),
  );
}

/** What became, or would become, of the rows. */
export function reportLines(
  report: ImportReport,
  {
    dryRun = false,
    overlap = false,
    replace,
  }: Pick<ImportCommandOptions, 'dryRun' | 'overlap' | 'replace'> = {},
): string[] {
  const { source, already, read, stored, refused, beyond, passed, first, last } = report;
  if (already !== null)
    return [
      `${source}: the same content was imported before, as import ${already}: nothing is left to do`,
      color.dim(`to take it otherwise (--map, --arrival, --until): --replace ${already}`),
    ];
  const undecoded = refused.reduce((sum, { rows }) => sum + rows, 0);
  const columns = [
    { heading: 'source' },
    ...['import', 'read', dryRun ? 'would be stored' : 'stored', 'refused', 'left to the log'].map(
      heading => ({
        heading,
        align: 'right' as const,
      }),
    ),
  ];
  const cells = [read, stored, undecoded, beyond].map(amount);
  return [
    ...table(columns, [[source, String(report.import ?? ''), ...cells]]),
    ...(first === null || last === null
      ? []
      : [`arrivals from ${instantText(first)} to ${instantText(last)}`]),
    ...logLines(report),
    ...absentLines(report),
    ...overlapLines(report, overlap),
    ...(replace === undefined || dryRun ? [] : [`import ${replace} was dropped`, color.yellow(leftBehind)]),
    ...(passed === 0 ? [] : [`${amount(passed)} that are no rows passed over`]),
    ...refused.map(
      ({ reason, column, rows, example }) =>
        `refused: ${amount(rows)} ${reason}${column === null ? '' : ` in ${column}`} (${example})`,
    ),
    ...(dryRun ? [color.dim('nothing was changed: --dry-run')] : []),
  ];
}
