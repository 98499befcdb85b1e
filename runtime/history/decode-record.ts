// Hot path of the archiver. From a record off the wire to what the history keeps, by the stream's own decoders: what
// the engine refuses is refused here by the same code.
import { JsonScanner } from '../decode/json-scanner.ts';
import { parseJson } from '../decode/lossless-json.ts';
import { Refusal } from '../decode/refusal.ts';
import type { SourceModule, StreamModule, StreamProgram, TableModule } from '../engine/program.ts';
import type { SourceRecord } from '../engine/record.ts';
import { decodeChange } from '../tables/envelope.ts';
import type { HistoryRecord, RecordPlace, RecordRow } from './records.ts';
import { refusedBytes } from './refused-bytes.ts';

/**
 * Decodes a record for `appendHistory`.
 * @throws when the program has no stream or table of that name
 */
export function historyRecord(program: StreamProgram, record: SourceRecord): HistoryRecord {
  return historyDecoder(program)(record);
}

/** {@link historyRecord} for many records. */
export function historyDecoder(program: StreamProgram): (record: SourceRecord) => HistoryRecord {
  const modules = new Map(program.sources.map(module => [module.name, module]));
  const scanner = new JsonScanner();
  return record => {
    const { source, topic = 0, epoch = 0, partition, offset, arrivedAt } = record;
    const place: RecordPlace = { source, topic, epoch, partition, offset, arrivedAt };
    const module = modules.get(source);
    if (!isStored(module)) throw new Error(`the program has no stream or table ${source}`);
    return module.kind === 'stream'
      ? eventRecord(module, scanner, place, record)
      : changeRecord(module, place, record);
  };
}

const isStored = (module: SourceModule | undefined): module is StreamModule | TableModule =>
  module !== undefined && module.kind !== 'changes';

/** The engine's way: plain bytes are scanned, all else is parsed. */
function eventRecord(
  module: StreamModule,
  scanner: JsonScanner,
  place: RecordPlace,
  record: SourceRecord,
): HistoryRecord {
  const { value } = record;
  const row = module.createRow() as RecordRow;
  const isPlain = value instanceof Uint8Array && scanner.begin(value) && module.scan(scanner, row);
  if (!isPlain) {
    const json = value instanceof Uint8Array ? parseJson(value) : value;
    const refusal =
      json === undefined ? notJson() : json instanceof Refusal ? json : module.decode(json, row);
    if (refusal !== null) return refused(place, refusal, record);
  }
  const { source, topic, epoch, partition, offset, arrivedAt } = place;
  return { kind: 'event', source, topic, epoch, partition, offset, arrivedAt, row };
}

function changeRecord(module: TableModule, place: RecordPlace, record: SourceRecord): HistoryRecord {
  const { value, key } = record;
  const json = value instanceof Uint8Array ? parseJson(value) : value;
  if (json === undefined) return refused(place, notJson(), record);
  const change = json instanceof Refusal ? json : decodeChange(module, json, key);
  if (change === 'tombstone' || change === 'notice') return { ...place, kind: 'passed' };
  if (change instanceof Refusal) return refused(place, change, record);
  const { op, key: primaryKey, after, unavailable, commitTime, lsn } = change;
  const keyRow = Object.fromEntries(module.primaryKey.map((name, index) => [name, primaryKey[index]!]));
  // A column that the message left out has whatever the decoder's row began with: nothing that was said.
  const row =
    after === null ? keyRow : { ...after, ...Object.fromEntries(unavailable.map(name => [name, null])) };
  return { ...place, kind: 'change', op, lsn, commitTime, row: op === 't' ? null : row, unavailable };
}

const notJson = (): Refusal => new Refusal('not-json', null, 'the record is not JSON in UTF-8');

function refused(
  place: RecordPlace,
  { reason, column, message }: Refusal,
  { encoded, value }: SourceRecord,
): HistoryRecord {
  return { ...place, kind: 'refused', reason, column, message, bytes: refusedBytes(encoded ?? value) };
}
