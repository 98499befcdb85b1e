import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { wireSchema } from '../../dsl/index.ts';
import type { TableDefinition } from '../../dsl/index.ts';
import type { StreamPlan, TablePlan } from '../../generator/ir/index.ts';
import { isStorableText } from '../../kernels/text.ts';
import { decodeRecord } from '../../runtime/decode/decode-record.ts';
import { JsonScanner } from '../../runtime/decode/json-scanner.ts';
import { Refusal as DecodeRefusal } from '../../runtime/decode/refusal.ts';
import type { RefusalReason } from '../../runtime/decode/refusal.ts';
import { Engine } from '../../runtime/index.ts';
import type {
  RecordPosition,
  SourceModule,
  SourceRecord,
  StreamModule,
  Verdict,
} from '../../runtime/index.ts';
import { historyDecoder } from '../../runtime/history/index.ts';
import { recordedSources } from '../../testing/history.ts';
import type { RecordedSource } from '../../testing/history.ts';
import { changeDecoder } from '../../testing/table-log.ts';
import { parseBytes, Refusal } from '../../testing/record.ts';
import { edgesOf } from '../support/history/edges.ts';
import { keyColumnsOf } from '../support/history/key-columns.ts';
import { streamRecords } from '../support/history/stream-records.ts';
import { tableRecords } from '../support/history/table-records.ts';
import { jsonText } from '../support/history/wire-text.ts';
import { Random } from '../support/random.ts';
import { temporaryProject } from '../support/temporary-project.ts';
import type { TemporaryProject } from '../support/temporary-project.ts';
import { mutated } from './mutate.ts';

// Messages off a wire that has gone wrong: mutated bytes of valid ones. `SKEWLESS_FUZZ` says how many, `SKEWLESS_SEED`
// which.

const { SKEWLESS_FUZZ: told = '100000', SKEWLESS_SEED: seedText = '20261120' } = process.env;
const messages = Number(told);
const seed = seedText === 'random' ? Math.floor(Math.random() * 2 ** 32) : Number(seedText);

const columns = `
  id: int(), big: bigint().nullable(), price: decimal(9, 2), ratio: z.number().nullable(), note: z.string().nullable(),
  kind: z.enum(['a', 'b']), open: enumOf(['x', 'y'], { other: null }), uid: uuid().nullable(), flag: z.boolean(),
  at: timestamp(), seconds: timestamp({ unit: 's' }).nullable(), few: z.int32().min(3).nullable(),
  short: z.string().min(1).max(5).regex(/^[a-z]/).nullable()`;
const source = `
import { bigint, changesOf, decimal, entity, enumOf, features, int, stream, table, timestamp, uuid } from 'skewless';
import { z } from 'zod';
export const events = stream('events', { schema: z.object({${columns} }), eventTime: 'at', id: 'id', lateness: '1h' });
export const rows = table('rows', { schema: z.object({${columns} }), primaryKey: ['id', 'kind'], time: 'at' });
export const byKind = features('by_kind', {
  entity: entity('kind', { kind: z.enum(['a', 'b']) }),
  features: {
    events: events.count(), price: events.sum(e => e.price), notes: events.last(3, e => e.note),
    rows: rows.count(), ratio: rows.sum(r => r.ratio), last: rows.last(r => r.note), changes: changesOf(rows).count({ over: '30d' }),
  },
});
`;

const reasons: readonly RefusalReason[] = [
  'bad-envelope',
  'failed-check',
  'missing',
  'not-an-instant',
  'not-an-object',
  'not-an-option',
  'not-json',
  'out-of-range',
  'too-many-digits',
  'unstorable-text',
  'wrong-type',
];

let project: TemporaryProject;
beforeAll(async () => {
  project = await temporaryProject({ 'all.ts': source });
});
afterAll(() => project.remove());

const nowhere = { partition: 0, offset: 0, arrivedAt: 0 };
const START = Date.UTC(2024, 4, 1) * 1000;

/** Valid messages of a source, some in a connector's forms. */
function validMessages(kind: 'stream' | 'table', random: Random): Uint8Array[] {
  const { plan } = project.program;
  const how = { edges: edgesOf(plan), reads: [START, START + 1e9], keyColumns: keyColumnsOf(plan), size: 40 };
  const made: Uint8Array[] = [];
  for (let i = 0; i < 30; i += 1) {
    const of = plan.sources.find(candidate => candidate.kind === kind)!;
    const records =
      of.kind === 'stream'
        ? streamRecords(of satisfies StreamPlan, how, random.fork())
        : tableRecords(of as TablePlan, how, random.fork());
    for (const { value } of records) made.push(new Uint8Array(Buffer.from(jsonText(value))));
  }
  return made;
}

const shown = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('latin1')
    .replace(/(\[|\{"a":){9,}/g, '…')
    .replace(/[\]}]{9,}/g, '…')
    .slice(0, 3000);

test.each(['stream', 'table'] as const)(
  'mutated messages of a %s are refused in their place, by all alike, and good ones between them count',
  { timeout: 3_600_000 },
  kind => {
    const random = new Random(seed + (kind === 'stream' ? 0 : 1));
    const { declarations, stream } = project.program;
    const definition = [...recordedSources(declarations).values()].find(of => of.kind === kind)!;
    const source = definition.name;
    const { verdictOf, columnRefused } = kind === 'stream' ? byZod(definition) : byOracle(definition);
    const paths = kind === 'stream' ? pathsOf(stream.sources.find(of => of.name === source)!) : null;
    const toHistory = historyDecoder(stream);
    const engine = new Engine(stream);
    const isSound = (value: Uint8Array): boolean =>
      ['event', 'change'].includes(toHistory({ ...nowhere, source, value }).kind);
    const valid = validMessages(kind, random).filter(isSound);
    const refused = new Map<RefusalReason, number>();
    let taken = 0;
    for (let offset = 0; offset < messages / 2; offset += 1) {
      const isGood = offset % 50 === 0;
      const value = isGood ? goodMessage(kind, offset) : mutated(random.pick(valid), valid, random);
      const record: SourceRecord = { source, partition: 0, offset, arrivedAt: START + offset * 1000, value };
      const fail = (what: string, cause?: unknown): never => {
        throw new Error(`seed ${seed}, message ${offset}: ${what}: ${shown(value)}`, { cause });
      };
      const verdict = ((): Verdict => {
        try {
          return engine.ingest(record);
        } catch (error) {
          return fail('the engine throws', error);
        }
      })();
      const isRefused = verdict.kind === 'refused';
      if (isRefused) refused.set(verdict.reason, (refused.get(verdict.reason) ?? 0) + 1);
      else taken += 1;
      if (isGood && verdict.kind !== 'counted') fail(`a good message is ${verdict.kind}`);
      if (isRefused && placeOf(verdict.position) !== `${source}/0/0/0/${offset}`)
        fail(`refused at ${placeOf(verdict.position)}`);

      const stored = toHistory(record);
      if (stored.kind !== storedAs(kind, verdict))
        fail(`${verdict.kind}, and the history says ${stored.kind}`);
      if (isRefused && stored.kind === 'refused') {
        const [mine, theirs] = [verdict, stored].map(({ reason, column }) => `${reason} ${column}`);
        if (mine !== theirs) fail(`${mine}, and the history says ${theirs}`);
      }

      const wanted = verdictOf(value);
      const told = isRefused ? 'refused' : kind === 'stream' ? 'counted' : verdict.kind;
      if (told !== wanted) fail(`${told}, and should be ${wanted}`);
      if (isRefused && columnRefused !== null && columnRefused() !== verdict.column)
        fail(`refused by ${verdict.column}, and should be by ${columnRefused()}`);
      if (paths !== null && !paths.agree(value)) fail('the scanner reads another row than the parser');
    }
    // Enough of both, and for every reason there is: else it would be nothing but broken JSON.
    const sum = [...refused.values()].reduce((a, b) => a + b, 0);
    expect(sum).toBeGreaterThan(messages / 5);
    expect(taken).toBeGreaterThan(messages / 20);
    if (messages >= 100_000) {
      const possible = reasons.filter(reason => kind === 'table' || reason !== 'bad-envelope');
      expect([...refused.keys()].sort()).toEqual(possible);
    }
    expect(engine.counters()[source]!.refused).toEqual(Object.fromEntries(refused));
  },
);

function storedAs(kind: 'stream' | 'table', { kind: verdict }: Verdict): string {
  if (verdict === 'refused') return 'refused';
  if (verdict === 'tombstone' || verdict === 'notice') return 'passed';
  return kind === 'stream' ? 'event' : 'change';
}

function placeOf({ source, topic, epoch, partition, offset }: RecordPosition): string {
  return [source, topic, epoch, partition, offset].join('/');
}

interface Judge {
  readonly verdictOf: (bytes: Uint8Array) => string;
  /** Of the message last judged; null: it does not say. */
  readonly columnRefused: (() => string | null) | null;
}

/** zod's verdict on a stream's record: decodes, or not. Rule 21's on text stands beside zod. */
function byZod({ shape }: RecordedSource): Judge {
  const schema = wireSchema(shape);
  const isSound = (bytes: Uint8Array): boolean => {
    const json = parseBytes(bytes, shape);
    const parsed = schema.safeParse(json);
    return (
      parsed.success &&
      Object.values(parsed.data).every(cell => typeof cell !== 'string' || isStorableText(cell))
    );
  };
  return { verdictOf: bytes => (isSound(bytes) ? 'counted' : 'refused'), columnRefused: null };
}

/** The oracle's reading of a changelog, written from the rules alone. */
function byOracle(definition: RecordedSource): Judge {
  const decode = changeDecoder(definition as TableDefinition);
  const decoded = (bytes: Uint8Array): ReturnType<typeof decode> => {
    const json = parseBytes(bytes, definition.shape);
    return json === undefined ? new Refusal(null, 'no JSON') : decode(json);
  };
  let last: ReturnType<typeof decode> | null = null;
  return {
    verdictOf: bytes => {
      last = decoded(bytes);
      return 'kind' in last ? last.kind : 'counted';
    },
    columnRefused: () => (last as Refusal).column,
  };
}

/** What the scanner takes, the parser must take, as the same row: a verdict never hangs on the path. */
function pathsOf(module: SourceModule): { agree(bytes: Uint8Array): boolean } {
  const scanner = new JsonScanner();
  const { scan, createRow } = module as StreamModule;
  const row = createRow() as Record<string, unknown>;
  return {
    agree(bytes) {
      if (!scanner.begin(bytes) || !scan(scanner, row)) return true;
      const parsed = decodeRecord(module as StreamModule, bytes);
      return !(parsed instanceof DecodeRefusal) && isDeepStrictEqual({ ...row }, { ...parsed });
    },
  };
}

/** A message that is sound whatever stands around it: of a row of its own. */
function goodMessage(kind: 'stream' | 'table', offset: number): Uint8Array {
  const at = new Date((START + offset * 1000) / 1000).toISOString();
  const row = { id: 1_000_000 + offset, price: '1.50', kind: 'a', flag: true, at };
  const value = kind === 'stream' ? row : { op: 'c', after: row, source: { ts_us: START + offset * 1000 } };
  return new Uint8Array(Buffer.from(JSON.stringify(value)));
}
