import { formatInstant } from '../../../kernels/instant.ts';
import type { Instant } from '../../../kernels/instant.ts';
import { jsonText } from '../history/wire-text.ts';
import type { Difference } from './compare.ts';
import type { Outcome } from './evaluate.ts';
import type { Session, Value } from './read.ts';

/** The first differences of an outcome, in words: what was read, when, and what every side says. */
export function reportDifferences(
  { differences, verdictDifferences }: Outcome,
  seed: number,
  most = 8,
): string {
  const total = differences.length + verdictDifferences.length;
  const reads = new Map<string, Difference[]>();
  for (const difference of differences) {
    const { read, feature, consumed } = difference;
    const place = `${read.name}.${feature} ${textOf(read.request)} at ${instant(read.t)} (${read.t})${read.before ? ', before' : ''}, known at ${instant(read.knownAt)}, after ${consumed} records`;
    reads.set(place, [...(reads.get(place) ?? []), difference]);
  }
  const lines = [...reads]
    .slice(0, most)
    .flatMap(([place, found]) => [
      place,
      `    oracle: ${show(found[0]!.expected)}`,
      ...found.map(({ side, actual }) => `    ${side}: ${show(actual)}`),
    ]);
  const verdicts = verdictDifferences.slice(0, most).map(({ record, side, expected, actual }) => {
    const { source, partition, offset, value } = record;
    const wire = value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : jsonText(value);
    return `${source} partition ${partition} offset ${offset}: ${side} says '${actual}', not '${expected}', of ${wire}`;
  });
  const features = new Set(differences.map(({ read, feature }) => `${read.name}.${feature}`));
  return [
    `${total} differences in ${features.size} features; repeat with SKEWLESS_SEED=${seed}`,
    ...[...features].slice(0, 40).map(name => `  ${name}`),
    ...lines,
    ...verdicts,
  ].join('\n');
}

/** A session small enough to be read, as text. */
export function reportSession({ knowledge, order, steps }: Session): string {
  const records = order.map(({ source, partition, offset, effectiveArrival, value }) => {
    const wire =
      value instanceof Uint8Array ? `bytes ${Buffer.from(value).toString('utf8')}` : jsonText(value);
    return `  ${source} ${partition}/${offset} arrived ${effectiveArrival}: ${wire}`;
  });
  const reads = steps.flatMap(({ consumed, reads }) =>
    reads.map(
      ({ name, request, t, before, knownAt }) =>
        `  ${name} ${textOf(request)} at ${t}${before ? ', before' : ''}, known at ${knownAt}, after ${consumed} records`,
    ),
  );
  return [`knowledge: ${knowledge}`, 'records:', ...records, 'reads:', ...reads].join('\n');
}

function textOf(request: Readonly<Record<string, unknown>>): string {
  return `{ ${Object.entries(request)
    .map(([name, value]) => `${name}: ${show(value as Value)}`)
    .join(', ')} }`;
}

function show(value: Value | undefined): string {
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (typeof value === 'bigint') return `${value}n`;
  if (Object.is(value, -0)) return '-0';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function instant(us: number): string {
  return Number.isSafeInteger(us) ? formatInstant(us as Instant) : String(us);
}
