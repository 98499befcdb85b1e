import { resolve } from 'node:path';
import { Kysely, PostgresDialect } from 'kysely';
import { verifyReads } from '../../runtime/audit/verify.ts';
import { readStoredState } from '../../runtime/audit/stored-state.ts';
import { verifyState } from '../../runtime/audit/verify-state.ts';
import { parsePostgresUrl } from '../../runtime/postgres/existing.ts';
import { createPool } from '../../runtime/postgres/pool.ts';
import type { AnyDatabase } from '../../runtime/history/session.ts';
import { suggestion } from '../../kernels/nearest.ts';
import { Failure } from '../failure.ts';
import { loadProject } from '../project.ts';
import type { Project } from '../project.ts';
import type { VerifyCommandOptions } from './command.ts';
import { instantOption } from './instant-option.ts';
import { jsonText } from './json-text.ts';
import { isStateVerified, stateLines } from './state-lines.ts';
import { isVerified, verifyLines } from './verify-lines.ts';

/** Events that are told of one difference; in JSON more, for machines. */
const EVENTS = 5;
const EVENTS_IN_JSON = 1_000;
/** One that holds the list of keys, and one that computes. */
const CONNECTIONS = 2;

/** @returns whether nothing differs */
export async function verify(options: VerifyCommandOptions): Promise<boolean> {
  const project = await loadProject(resolve(options.root), options.config, 'history');
  const { history } = project.loaded.settings;
  if (history === null) {
    throw new Failure('there is no history: set history.url in skewless.config.ts, or SKEWLESS_HISTORY_URL');
  }
  const pool = createPool(parsePostgresUrl(history.url), { max: CONNECTIONS });
  const db: AnyDatabase = new Kysely({ dialect: new PostgresDialect({ pool }) });
  try {
    return options.state === true
      ? await verifyLiveState(project, db, options)
      : await verifyLog(project, db, options);
  } finally {
    await db.destroy();
  }
}

async function verifyLog(
  { programs }: Project,
  db: AnyDatabase,
  { name, since, until, limit, shown, strict = false, json = false }: VerifyCommandOptions,
): Promise<boolean> {
  const { serving, sql } = programs;
  requireName(
    name,
    serving.served.map(each => each.name),
    'group or vector',
  );
  const now = Date.now() * 1000;
  const report = await verifyReads(db, sql, serving, {
    ...(name === undefined ? {} : { name }),
    ...(since === undefined ? {} : { since: instantOption('--since', since, now) }),
    ...(until === undefined ? {} : { until: instantOption('--until', until, now) }),
    ...(limit === undefined ? {} : { limit }),
    shown,
    events: EVENTS_IN_JSON,
  });
  console.log(json ? jsonText(report) : verifyLines(report, EVENTS).join('\n'));
  return isVerified(report, strict);
}

async function verifyLiveState(
  { programs, loaded }: Project,
  db: AnyDatabase,
  { name, shown, strict = false, json = false }: VerifyCommandOptions,
): Promise<boolean> {
  requireName(
    name,
    programs.sql.groups.map(group => group.name),
    'group',
  );
  const { directory } = loaded.settings.state;
  const stored = await readStoredState(directory, programs.stream);
  if (stored === null) {
    throw new Failure(
      `there is no checkpoint in ${directory}: a service writes one every state.checkpointEvery, and when it stops`,
    );
  }
  const report = await verifyState(db, programs.sql, stored.engine, {
    ...(name === undefined ? {} : { name }),
    t: stored.t,
    shown,
  });
  console.log(json ? jsonText({ file: stored.file, ...report }) : stateLines(report, stored.file).join('\n'));
  return isStateVerified(report, strict);
}

function requireName(name: string | undefined, known: readonly string[], what: string): void {
  if (name === undefined || known.includes(name)) return;
  throw new Failure([`there is no ${what} '${name}'`, suggestion(name, known)].filter(Boolean).join('; '));
}
