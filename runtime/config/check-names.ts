import { suggestion } from '../../kernels/nearest.ts';
import type { ServingPlan } from '../serve/plan.ts';
import { pathText } from './problems.ts';
import type { ConfigProblem } from './problems.ts';
import type { Reads } from './read-config.ts';
import type { Settings } from './settings.ts';

export interface NameCheck {
  readonly problems: readonly ConfigProblem[];
  /** What may be meant so, and should be said: sources that nothing feeds. */
  readonly warnings: readonly string[];
}

/** What the settings say by name against what the program has: sources, their columns, topics, groups, vectors. */
export function checkNames(settings: Settings, plan: ServingPlan, reads: Reads = 'all'): NameCheck {
  const sources = plan.sources.map(({ name }) => name);
  const streams = plan.sources.filter(({ kind }) => kind === 'stream').map(({ name }) => name);
  const problems = [
    ...unknown('files', Object.keys(settings.files), 'source', sources),
    ...unknown('kafka.epochs', Object.keys(settings.kafka?.epochs ?? {}), 'topic', topicsOf(plan)),
    ...unknown('kafka.decoders', Object.keys(settings.kafka?.decoders ?? {}), 'source', sources),
    ...unknown('history.retention', Object.keys(settings.history?.retention ?? {}), 'stream', streams),
    ...unknown(
      'redis.served',
      settings.redis?.served ?? [],
      'group or vector',
      plan.served.map(({ name }) => name),
    ),
    ...arrivalColumns(settings, plan),
    ...(reads === 'all' ? unreachable(settings, plan) : []),
  ];
  if (reads === 'history') return { problems, warnings: [] };
  return { problems, warnings: [...unfed(settings, plan), ...idleDecoders(settings, plan)] };
}

function topicsOf(plan: ServingPlan): string[] {
  return plan.sources.flatMap(({ topics }) => topics);
}

function unknown(
  where: string,
  names: readonly string[],
  what: string,
  known: readonly string[],
): ConfigProblem[] {
  return names
    .filter(name => !known.includes(name))
    .map(name => {
      const help = suggestion(name, known);
      const message = `the program has no ${what} '${name}'${help === null ? '' : `; ${help}`}`;
      return { path: pathText([...where.split('.'), name]), message };
    });
}

function arrivalColumns(settings: Settings, plan: ServingPlan): ConfigProblem[] {
  return plan.sources.flatMap(({ name, columns }) => {
    const arrival = settings.files[name]?.arrival ?? null;
    if (arrival === null) return [];
    return unknown(
      'files',
      [arrival],
      `column of ${name}`,
      columns.map(column => column.name),
    ).map(({ message }) => ({ path: pathText(['files', name, 'arrival']), message }));
  });
}

/** Without the cluster a source on Kafka would stay empty, and its features would look as if nothing happened. */
function unreachable(settings: Settings, plan: ServingPlan): ConfigProblem[] {
  if (settings.kafka !== null) return [];
  const missing = plan.sources.filter(({ name, topics }) => topics.length > 0 && !(name in settings.files));
  if (missing.length === 0) return [];
  const list = missing.map(({ name }) => name).join(', ');
  const message = `is missing, and these sources are read from Kafka: ${list}. Give kafka.brokers (or SKEWLESS_KAFKA_BROKERS), or a file for each under files`;
  return [{ path: 'kafka', message }];
}

function unfed(settings: Settings, plan: ServingPlan): string[] {
  return plan.sources
    .filter(({ name, topics }) => topics.length === 0 && !(name in settings.files))
    .map(
      ({ name }) =>
        `nothing feeds the source '${name}': it has no Kafka topic, and files.${name} is not given`,
    );
}

/** Only what comes from Kafka is decoded; files are read as their format says. */
function idleDecoders({ kafka, files }: Settings, plan: ServingPlan): string[] {
  return plan.sources
    .filter(({ name }) => Object.hasOwn(kafka?.decoders ?? {}, name))
    .filter(({ name, topics }) => topics.length === 0 || Object.hasOwn(files, name))
    .map(({ name }) => `kafka.decoders.${name} is not used: ${name} is not read from Kafka`);
}
