import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import color from 'picocolors';
import { printSql } from '../../runtime/history/print-sql.ts';
import { prepareHistory } from '../../runtime/history/table-health.ts';
import { backfill } from '../../runtime/training/backfill.ts';
import { BadSpine } from '../../runtime/training/check-spine.ts';
import { explainBackfill } from '../../runtime/training/explain.ts';
import type { BackfillReport } from '../../runtime/training/options.ts';
import { findTarget } from '../../runtime/training/target.ts';
import { Failure } from '../failure.ts';
import { loadProject } from '../project.ts';
import { tellForgotten } from '../runs/forgotten.ts';
import type { BackfillCommandOptions } from './command.ts';
import { explanationLines } from './explanation.ts';
import { FaultFile } from './fault-file.ts';
import { interruptible, ofProcess } from './interrupt.ts';
import { knownOf, requireWhole } from './known.ts';
import { withHistory } from './open-history.ts';
import { ProgressBar } from './progress-bar.ts';
import { reportLines } from './report.ts';

/** Makes a training set, and tells of it on the standard output; of the way there on standard error. */
export async function backfillTo(name: string, options: BackfillCommandOptions): Promise<true> {
  if (options.printSql === true) return await printStatement(name, options);
  if (options.prepare === true) {
    await prepare(name, options);
    if (options.spine === undefined) return true;
  }
  const { spine, out, format, timeColumn, before, jobs, chunk, leak, dryRun, explain, json } = options;
  if (out === undefined && dryRun !== true && leak !== true && explain !== true) {
    throw new Failure(
      'where is the training set to go? Give --out file.parquet, or --dry-run to check alone',
    );
  }
  if (spine === undefined) throw new Failure('which rows? Give --spine: a file, table:NAME, query:SQL or -');
  const known = await knownOf(options);
  const start = startOf(options);
  const faults = new FaultFile(
    `${out === undefined || out.startsWith('table:') ? name : out}.problems.ndjson`,
  );
  const bar = new ProgressBar(process.stderr, () => performance.now() / 1000);
  try {
    const lines = await interruptible(ofProcess, signal =>
      withHistory(options, async ({ pool, programs }) => {
        requireWhole(known, programs, name);
        const asked = {
          ...{ pool, programs, read: name, spine, format, timeColumn, known, before, jobs, start },
          ...{ chunkRows: chunk, leak, dryRun, signal, out: out ?? null },
          onProgress: bar.show,
          onFault: faults.add,
          onResumed: (run: string) => console.error(resumedLine(run)),
        };
        if (explain === true) {
          const explanation = await explainBackfill(asked);
          return json ? [JSON.stringify(explanation, null, 2)] : explanationLines(explanation);
        }
        const report = await backfill(asked);
        await tellForgotten(pool);
        return json ? [JSON.stringify(jsonReport(report), null, 2)] : reportLines(report);
      }),
    );
    bar.end();
    console.log(lines.join('\n'));
    return true;
  } catch (error) {
    bar.end();
    faults.flush();
    if (!(error instanceof BadSpine)) throw error;
    throw new Failure(`${error.message}\n${faults.whereabouts()}`, { cause: error });
  }
}

export const resumedLine = (run: string): string =>
  color.yellow(`going on with run ${run}, which was interrupted (--restart begins anew)`);

/** The profile stands in the metadata beside the training set. */
function jsonReport({ metadata, ...report }: BackfillReport): object {
  if (metadata === null) return report;
  return { ...report, metadata: { ...metadata, profile: undefined } };
}

function startOf({ resume, restart }: BackfillCommandOptions): 'go-on' | 'anew' | 'only-go-on' {
  if (resume === true && restart === true) throw new Failure('--resume and --restart exclude each other');
  return resume === true ? 'only-go-on' : restart === true ? 'anew' : 'go-on';
}

/** What PostgreSQL lacks to plan well is made. */
async function prepare(name: string, options: BackfillCommandOptions): Promise<void> {
  await withHistory(options, async ({ pool, programs }) => {
    const { read } = findTarget(programs, name);
    const done = await prepareHistory(pool, programs.sql, read);
    const lines = done.length === 0 ? ['the history has its statistics already'] : done;
    console.error(lines.join('\n'));
  });
}

async function printStatement(name: string, options: BackfillCommandOptions): Promise<true> {
  const known = await knownOf(options);
  const { programs } = await loadProject(resolve(options.root), options.config, 'history');
  const { read } = findTarget(programs, name);
  console.log(printSql(programs.sql, { read, known, before: options.before ?? false }));
  return true;
}
