// An archiver in a process of its own, that a test kills: the log it reads is told by a seed.
//   node … archiver-process.ts <socket folder> <database> <seed> <records>
import pino from 'pino';
import { archive } from '../../../runtime/archive/index.ts';
import { seededLog } from './seeded-log.ts';
import { program, sql } from './program.ts';

const [host, database, seed, records] = process.argv.slice(2);
const log = seededLog(Number(seed), Number(records));
await archive({
  ...{ program, sql, signal: new AbortController().signal },
  now: () => Date.now() * 1000,
  postgres: { host: host!, port: 5432, user: 'postgres', database: database! },
  source: () => log.source({ bounded: true, most: 700 }),
  batch: { records: 4_000, milliseconds: 20 },
  patience: { firstWait: 5, longestWait: 50, turn: 10 },
  log: pino({ level: 'silent' }),
  events: {
    health: health => process.stdout.write(`${health}\n`),
    committed: () => process.stdout.write('committed\n'),
    failed: () => undefined,
    early: () => process.stdout.write('early\n'),
    dropped: () => undefined,
  },
});
