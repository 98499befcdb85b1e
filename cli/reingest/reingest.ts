import { resolve } from 'node:path';
import color from 'picocolors';
import { reingest } from '../../runtime/history/reingest.ts';
import type { Encoding, ReingestReport, ReingestedSource } from '../../runtime/history/reingest.ts';
import { parsePostgresUrl } from '../../runtime/postgres/existing.ts';
import { createPool } from '../../runtime/postgres/pool.ts';
import { loadDecoders } from '../../runtime/sources/decoders.ts';
import { Failure } from '../failure.ts';
import { loadProject } from '../project.ts';
import type { Project } from '../project.ts';
import { table } from '../table.ts';
import { amount } from '../units.ts';
import type { ReingestOptions } from './command.ts';

export async function reingestRefused({
  root,
  config,
  source,
  dryRun = false,
  json,
}: ReingestOptions): Promise<true> {
  const project = await loadProject(resolve(root), config);
  const { loaded, programs } = project;
  const { history } = loaded.settings;
  if (history === null) {
    throw new Failure('there is no history: set history.url in skewless.config.ts, or SKEWLESS_HISTORY_URL');
  }
  const pool = createPool(parsePostgresUrl(history.url));
  try {
    const encodings = await encodingsOf(project);
    const options = { dryRun, encodings, ...(source === undefined ? {} : { source }) };
    const report = await reingest(pool, programs.stream, programs.sql, options);
    console.log(json ? JSON.stringify(report, null, 2) : reportLines(report, dryRun).join('\n'));
  } finally {
    await pool.end();
  }
  return true;
}

/** Of what is read from Kafka; what files gave is as their format says. */
async function encodingsOf({ root, loaded, programs }: Project): Promise<Encoding[]> {
  const { kafka, files } = loaded.settings;
  const decoders = await loadDecoders(root, kafka?.decoders ?? {});
  return programs.serving.sources.flatMap(({ name: source, topics }) => {
    const decoder = Object.hasOwn(files, source) ? undefined : decoders.get(source);
    return decoder === undefined ? [] : [{ source, decoder, topics }];
  });
}

/** What became, or would become, of the refused records. */
export function reportLines({ sources }: ReingestReport, dryRun: boolean): string[] {
  if (sources.length === 0) return ['no refused records are left'];
  const rows = sources.map(each => [
    each.source,
    String(each.import ?? ''),
    amount(each.appended),
    amount(left(each)),
  ]);
  const columns = [
    { heading: 'source' },
    { heading: 'import', align: 'right' as const },
    { heading: dryRun ? 'would be appended' : 'appended', align: 'right' as const },
    { heading: dryRun ? 'would stay' : 'stay refused', align: 'right' as const },
  ];
  const reasons = sources.flatMap(each =>
    each.refused.map(
      ({ reason, column, records }) =>
        `${each.source}: ${amount(records)} ${reason}${column === null ? '' : ` in ${column}`}`,
    ),
  );
  const notTried = sources.flatMap(({ source, leftAlone }) =>
    leftAlone === null ? [] : [color.yellow(`${source}: not tried: ${whyNot[leftAlone.why]}`)],
  );
  const end = dryRun ? [color.dim('nothing was changed: --dry-run')] : [];
  return [...table(columns, rows), ...reasons, ...notTried, ...end];
}

const whyNot = {
  table: 'it is a table, whose rows a new snapshot of the connector brings back',
  'unknown-source': 'the program has no such source any more',
} as const;

function left({ refused, leftAlone }: ReingestedSource): number {
  return leftAlone?.records ?? refused.reduce((sum, { records }) => sum + records, 0);
}
