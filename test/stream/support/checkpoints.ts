import type { Checkpointed } from '../../../runtime/engine/checkpoint-part.ts';
import { SnapshotReader, SnapshotWriter } from '../../../runtime/state/bytes.ts';

/** Writes one part of a state in small blocks and reads it back into a fresh one. */
export function throughCheckpoint<P extends Checkpointed>(from: P, fresh: P, budget = 1000): P {
  const part = from.beginCheckpoint();
  for (let more = true; more;) {
    const writer = new SnapshotWriter();
    more = part.write(writer, budget);
    writer.align();
    fresh.restoreBlock(new SnapshotReader(writer.take()));
  }
  part.end();
  fresh.restored();
  return fresh;
}
