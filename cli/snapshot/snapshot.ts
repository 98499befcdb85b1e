import { performance } from 'node:perf_hooks';
import { formatInstant, instantFromMicroseconds } from '../../kernels/instant.ts';
import { snapshot } from '../../runtime/training/snapshot.ts';
import type { SnapshotPart, SnapshotReport } from '../../runtime/training/snapshot.ts';
import { findTarget } from '../../runtime/training/target.ts';
import { resumedLine } from '../backfill/backfill.ts';
import { interruptible, ofProcess } from '../backfill/interrupt.ts';
import { knownOf, requireWhole } from '../backfill/known.ts';
import { withHistory } from '../backfill/open-history.ts';
import { ProgressBar } from '../backfill/progress-bar.ts';
import { Failure } from '../failure.ts';
import { amount } from '../units.ts';
import type { SnapshotCommandOptions } from './command.ts';
import { inputsOf } from './inputs.ts';
import { instantsOf } from './instants.ts';

/** Writes a snapshot, and tells of each instant on the standard output. */
export async function snapshotTo(name: string, options: SnapshotCommandOptions): Promise<true> {
  const { out, before, jobs, chunk, json, resume, restart } = options;
  if (out.startsWith('table:')) {
    throw new Failure(`--out ${out}: a snapshot is a folder of Parquet files, and goes to no table`);
  }
  const at = instantsOf(options);
  const known = await knownOf(options);
  const bar = new ProgressBar(process.stderr, () => performance.now() / 1000);
  const onPart = (part: SnapshotPart): void => {
    bar.end();
    if (json !== true) console.log(partLine(part));
  };
  try {
    const report = await interruptible(ofProcess, signal =>
      withHistory(options, ({ pool, programs }) => {
        requireWhole(known, programs, name);
        return snapshot({
          ...{ pool, programs, read: name, at, out, known, before, jobs, signal, onPart },
          inputs: inputsOf(options.with, findTarget(programs, name).served.inputs),
          ...{ chunkRows: chunk, keepWritten: resume, start: restart === true ? 'anew' : 'go-on' },
          onProgress: bar.show,
          onResumed: run => console.error(resumedLine(run)),
        });
      }),
    );
    if (json === true) console.log(JSON.stringify(jsonReport(report), null, 2));
    return true;
  } finally {
    bar.end();
  }
}

const instantText = (at: number): string => formatInstant(instantFromMicroseconds(at));

const partLine = ({ at, rows, file }: SnapshotPart): string =>
  file === null ? `${instantText(at)}: no key was known` : `${file}: ${amount(rows)} keys`;

const jsonReport = ({ parts }: SnapshotReport): object => ({
  parts: parts.map(part => ({ ...part, at: instantText(part.at) })),
});
