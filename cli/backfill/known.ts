import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { parseDuration } from '../../runtime/config/units.ts';
import type { Known } from '../../runtime/history/spine.ts';
import { suggestion } from '../../kernels/nearest.ts';
import type { Programs } from '../../runtime/config/load-program.ts';
import { isSamePartition } from '../../runtime/history/frontier.ts';
import { findTarget } from '../../runtime/training/target.ts';
import { Failure } from '../failure.ts';
import type { KnowledgeOptions } from './command.ts';

const whole = z.number().int().nonnegative();
const positions = z.array(
  z.object({
    source: z.string(),
    topic: z.number().int().min(-1),
    epoch: whole,
    partition: whole,
    nextOffset: whole,
  }),
);
const frontierFile = z.union([positions, z.object({ frontier: positions }).transform(file => file.frontier)]);

/** What the options say of knowledge. @throws Failure where they contradict each other */
export async function knownOf({ known, knownLag, frontier }: KnowledgeOptions): Promise<Known> {
  if (frontier !== undefined) {
    for (const [option, value] of Object.entries({ '--known': known, '--known-lag': knownLag })) {
      if (value !== undefined) {
        throw new Failure(`--frontier says exactly what is known: leave out ${option}`);
      }
    }
    return { kind: 'frontier', positions: await readFrontier(frontier) };
  }
  if (known === 'hindsight') {
    if (knownLag === undefined) return { kind: 'hindsight' };
    throw new Failure('in hindsight all is known: leave out --known-lag, or --known hindsight');
  }
  return knownLag === undefined ? { kind: 'arrival' } : { kind: 'arrival', lag: lagOf(knownLag) };
}

/** µs. */
function lagOf(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== null) return Math.round(milliseconds * 1000);
  throw new Failure(`--known-lag ${text} is no duration: write it as 200ms, 5s or 1h`);
}

async function readFrontier(path: string): Promise<z.infer<typeof positions>> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Failure(`the frontier ${path} cannot be read`, { cause: error });
  }
  const parsed = frontierFile.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new Failure(
    `${path} is no frontier: it must be a list of { source, topic, epoch, partition, nextOffset }, or the metadata of a training set`,
  );
}

/**
 * A source that a frontier does not name is one of which nothing is known: of all features none would have a value, and
 * no word would say why.
 * @param name of the group or vector
 * @throws Failure where a frontier leaves out a source that is read, has one that there is not, or a partition twice
 */
export function requireWhole(known: Known, programs: Pick<Programs, 'sql' | 'serving'>, name: string): void {
  if (known.kind !== 'frontier') return;
  const { positions } = known;
  const given = new Set(positions.map(({ source }) => source));
  const all = programs.sql.sources.map(source => source.name);
  const lines: string[] = [];
  for (const source of given) {
    if (all.includes(source)) continue;
    const hint = suggestion(source, all);
    lines.push(`the frontier has a source '${source}' that there is not${hint === null ? '' : `: ${hint}`}`);
  }
  for (const source of findTarget(programs, name).resolved.sources) {
    if (given.has(source)) continue;
    lines.push(
      `the frontier says nothing of ${source}, which ${name} reads: if nothing of it is to be known, say so by a position with nextOffset 0`,
    );
  }
  positions.forEach((position, place) => {
    if (positions.findIndex(each => isSamePartition(each, position)) === place) return;
    const { source, topic, epoch, partition } = position;
    lines.push(
      `the frontier has ${source}, topic ${topic}, epoch ${epoch}, partition ${partition} twice: leave one of them out`,
    );
  });
  if (lines.length > 0) throw new Failure(lines.join('\n'));
}
