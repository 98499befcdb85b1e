// Hot path, once for an answer. Fetch answers of versions 4 (Kafka 0.11) to 11 (2.3 and all after), which are those
// that kafkajs asks for.
import { ByteReader } from './byte-reader.ts';
import type { AbortedTransaction, FetchAnswer, FetchedPartition } from './protocol.ts';

/** The first that has transactions, and the present format of records. */
export const FIRST_VERSION = 4;
export const LAST_VERSION = 11;

const WITH_LOG_START = 5;
const WITH_SESSION = 7;
const CLIENT_THROTTLES = 8;
const WITH_PREFERRED_REPLICA = 11;

/** @throws RangeError where it is cut off */
export function readFetchAnswer(bytes: Buffer, version: number): FetchAnswer {
  const reader = new ByteReader(bytes);
  const throttleTime = reader.int32();
  if (version >= WITH_SESSION) {
    reader.int16();
    reader.int32();
  }
  const responses = reader.array(() => ({
    topicName: reader.string(),
    partitions: reader.array(() => partitionIn(reader, version)),
  }));
  // Before this version the broker has kept the answer back by itself (KIP-219).
  return { clientSideThrottleTime: version >= CLIENT_THROTTLES ? throttleTime : 0, responses };
}

function partitionIn(reader: ByteReader, version: number): FetchedPartition {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  reader.int64();
  if (version >= WITH_LOG_START) reader.int64();
  const abortedTransactions = reader.array(abortedIn);
  if (version >= WITH_PREFERRED_REPLICA) reader.int32();
  const records = reader.slice(Math.max(0, reader.int32()));
  return { partition, errorCode, highWatermark, abortedTransactions, records };
}

function abortedIn(reader: ByteReader): AbortedTransaction {
  return { producerId: reader.bigint64(), firstOffset: reader.int64() };
}
