import { basename } from 'node:path';
import color from 'picocolors';
import type {
  ArchiveStatus,
  PartitionStatus,
  ServiceStatus,
  SourceStatus,
  StoreStatus,
} from '../../runtime/observe/status.ts';
import { table } from '../table.ts';
import type { Column } from '../table.ts';
import { amount, duration, size } from '../units.ts';

/** The status of a service, for a terminal. */
export function statusLines(status: ServiceStatus): string[] {
  return [
    ...headLines(status),
    ...titled('sources', sourceLines(status.sources)),
    ...titled('partitions', partitionLines(status.sources)),
    ...titled('state', stateLines(status)),
    ...titled('reads of the last 10 s', readLines(status)),
  ];
}

function headLines({ ready, reasons, version, fingerprint, pid, startedAt, at }: ServiceStatus): string[] {
  const up = (Date.parse(at) - Date.parse(startedAt)) / 1000;
  const head = ready ? color.green('ready') : color.yellow('not ready');
  return [
    `skewless ${version}: ${head}, up for ${duration(up)}${color.dim(`  features ${fingerprint}, pid ${pid}`)}`,
    ...reasons.map(reason => color.yellow(`  ${reason}`)),
  ];
}

function titled(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', color.bold(title), ...lines.map(line => `  ${line}`)];
}

const right = (heading: string): Column => ({ heading, align: 'right' });

function sourceLines(sources: readonly SourceStatus[]): string[] {
  const rows = sources.map(source => {
    const { counted, late, early, repeat, refused } = source.counters;
    const wrong = Object.values(refused).reduce((sum, count) => sum + count, 0);
    const [records, seconds] = worst(source.partitions);
    return [
      source.name,
      source.from === null ? color.dim('nothing feeds it') : basename(source.from),
      healthText(source.health),
      records,
      seconds,
      amount(source.perSecond),
      amount(counted),
      amount(late + early),
      amount(repeat),
      wrong > 0 ? color.yellow(amount(wrong)) : '0',
    ];
  });
  const columns: Column[] = [
    { heading: 'source' },
    { heading: 'from' },
    { heading: 'health' },
    right('behind'),
    right('lag'),
    right('events/s'),
    right('counted'),
    right('late, early'),
    right('repeats'),
    right('refused'),
  ];
  const details = sources.flatMap(({ name, detail }) =>
    detail === null ? [] : [color.yellow(`${name}: ${detail}`)],
  );
  return [...table(columns, rows), ...details];
}

/** All that a source's partitions lack together, and the greatest age. */
function worst(partitions: readonly PartitionStatus[]): [string, string] {
  if (partitions.length === 0) return ['–', '–'];
  const records = partitions.map(({ lagRecords }) => lagRecords);
  const seconds = partitions.map(({ lagSeconds }) => lagSeconds);
  return [
    records.includes(null) ? '–' : amount(records.reduce<number>((sum, each) => sum + each!, 0)),
    seconds.includes(null) ? '–' : duration(Math.max(...seconds.map(each => each!))),
  ];
}

function partitionLines(sources: readonly SourceStatus[]): string[] {
  const rows = sources.flatMap(({ name, partitions }) =>
    partitions.map(({ topic, epoch, partition, nextOffset, end, lagRecords, lagSeconds }) => [
      topic ?? name,
      String(epoch),
      String(partition),
      String(nextOffset),
      end === null ? '–' : String(end),
      lagRecords === null ? '–' : amount(lagRecords),
      duration(lagSeconds),
    ]),
  );
  const columns = [
    { heading: 'topic' },
    right('epoch'),
    right('partition'),
    right('next offset'),
    right('end of log'),
    right('behind'),
    right('lag'),
  ];
  return table(columns, rows);
}

function stateLines({ state, checkpoint, archive, stores }: ServiceStatus): string[] {
  const ceiling = state.ceiling === null ? '' : ` of ${size(state.ceiling)}`;
  const paused = state.paused ? color.red(', at its ceiling: the sources are paused') : '';
  const failed = checkpoint.failures > 0 ? color.yellow(`, ${amount(checkpoint.failures)} failed`) : '';
  const newest =
    checkpoint.at === null
      ? color.yellow('none yet')
      : `${duration(checkpoint.age)} ago, ${size(checkpoint.bytes)}${checkpoint.seconds === null ? '' : ` in ${duration(checkpoint.seconds)}`}`;
  return [
    `memory      ${size(state.bytes)}${ceiling}, process ${size(state.rss)}${paused}`,
    `checkpoint  ${newest}${failed}${color.dim(`  ${checkpoint.directory}`)}`,
    ...(archive === null ? [] : [`archive     ${archiveText(archive)}`]),
    ...stores.map(store => `${store.name.padEnd(12)}${storeText(store)}`),
  ];
}

function archiveText({ role, detail, rows, failures, lagRecords, lagSeconds }: ArchiveStatus): string {
  const roles = {
    connecting: color.yellow('connecting to PostgreSQL'),
    archiving: color.green('archiving'),
    waiting: 'another instance archives',
    away: color.yellow('PostgreSQL is away'),
    stopped: color.yellow('stopped'),
  };
  const behind =
    lagRecords === null ? '' : `, behind by ${amount(lagRecords)} records, ${duration(lagSeconds)}`;
  const failed = failures > 0 ? color.yellow(`, ${amount(failures)} failures`) : '';
  return `${roles[role]}, ${amount(rows)} records${behind}${failed}${detail === null ? '' : `: ${detail}`}`;
}

function storeText({ health, detail, written, failures }: StoreStatus): string {
  const failed = failures > 0 ? color.yellow(`, ${amount(failures)} failures`) : '';
  return `${healthText(health)}, ${amount(written)} keys written${failed}${detail === null ? '' : `: ${detail}`}`;
}

function healthText(health: SourceStatus['health']): string {
  return health === 'running' ? color.green(health) : color.yellow(health);
}

function readLines({ reads }: ServiceStatus): string[] {
  const rows = reads.map(({ served, total, perSecond, keysPerSecond, p50, p99 }) => [
    served,
    amount(perSecond),
    amount(keysPerSecond),
    duration(p50),
    duration(p99),
    amount(total),
  ]);
  const columns = [
    { heading: 'group or vector' },
    right('requests/s'),
    right('keys/s'),
    right('p50'),
    right('p99'),
    right('requests so far'),
  ];
  return table(columns, rows);
}
