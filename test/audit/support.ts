import { readdirSync, readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { appendReads, AuditLog } from '../../runtime/audit/index.ts';
import type { VerifyOptions } from '../../runtime/audit/index.ts';
import type { ReadRequest } from '../../runtime/client/index.ts';
import { Engine } from '../../runtime/index.ts';
import type { ServingPlan } from '../../runtime/serve/plan.ts';
import type { Random } from '../support/random.ts';
import { temporaryProject } from '../support/temporary-project.ts';
import type { TemporaryProject } from '../support/temporary-project.ts';
import type { ProgramDatabase } from '../support/three-ways/database.ts';
import type { ThreeWayProgram } from '../support/three-ways/program.ts';
import type { Session } from '../support/three-ways/read.ts';
import { randomSession } from '../support/three-ways/session.ts';

/** All that is declared in features/. */
export async function workedExamples(): Promise<TemporaryProject> {
  const folder = new URL('../../features/', import.meta.url);
  const names = readdirSync(folder).filter(name => /(?<!\.test)\.ts$/.test(name));
  return temporaryProject(
    Object.fromEntries(names.map(name => [name, readFileSync(new URL(name, folder), 'utf8')])),
  );
}

export type Plan = Pick<ServingPlan, 'served'>;

/** A plan that serves all of a program under one fingerprint. */
export function servingOf({ plan }: ThreeWayProgram, fingerprint = 'now'): Plan {
  const served = [
    ...plan.groups.map(({ name }) => ({ kind: 'group' as const, name })),
    ...plan.vectors.map(({ name }) => ({ kind: 'vector' as const, name })),
  ];
  return {
    served: served.map(each => ({
      ...each,
      ...{ fingerprint, doc: null, owner: null, inputs: [], features: [] },
    })),
  };
}

/** A session whose reads know whatever the interleaving of partitions had brought. */
export function frontierSession(program: ThreeWayProgram, random: Random): Session {
  for (;;) {
    const session = randomSession(program.plan, { records: 120, reads: 8 }, random.fork());
    if (session.knowledge === 'frontier') return session;
  }
}

/**
 * Plays a session as a service lives it: every read is answered by the engine and logged.
 * @returns how many values were answered
 */
export async function serveAndLog(
  program: ThreeWayProgram,
  { pool, db }: ProgramDatabase,
  session: Session,
  plan: Plan,
): Promise<number> {
  await sql.raw('truncate "history"."audit", "history"."audit_frontier"').execute(db);
  let readAt = 1_700_000_000_000_000;
  const dropped: number[] = [];
  const log = new AuditLog({
    ...{ plan, sample: 1, limit: 100_000, random: () => 0.5, now: () => (readAt += 1_000_000) },
    write: reads => appendReads(pool, reads),
    events: {
      written: () => undefined,
      dropped: reads => void dropped.push(reads),
      failed: error => {
        throw error;
      },
      recovered: () => undefined,
    },
  });
  const engine = new Engine(program.stream);
  let consumed = 0;
  let values = 0;
  for (const step of session.steps) {
    for (; consumed < step.consumed; consumed += 1) engine.ingest(session.order[consumed]!);
    const frontier = engine.frontier();
    for (const { kind, name, request, t } of step.reads) {
      const answer =
        kind === 'group' ? engine.readGroup(name, request as never, t) : engine.readVector(name, request, t);
      values += Object.keys(answer).length;
      const asked: ReadRequest = { kind, name, keys: [request] };
      log.answered(asked, { at: t, frontier, values: [answer] });
    }
  }
  await log.flush();
  if (dropped.length > 0) throw new Error('reads were dropped');
  return values;
}

export const all: VerifyOptions = { shown: 50, events: 1_000 };
