// A frontier is written once for each change and connection, not for each answer.
import type { FrontierEntry } from '../../engine/record.ts';
import type { FrameReader } from './frame-reader.ts';
import type { FrameWriter } from './frame-writer.ts';

export function writeFrontier(number: number, frontier: readonly FrontierEntry[], writer: FrameWriter): void {
  writer.uint32(number);
  writer.size(frontier.length);
  for (const { source, topic, epoch, partition, nextOffset } of frontier) {
    writer.text(source);
    writer.uint32(topic);
    writer.uint32(epoch);
    writer.uint32(partition);
    writer.double(nextOffset);
  }
}

/** The frame after the number. @throws ProtocolError */
export function readFrontier(reader: FrameReader): FrontierEntry[] {
  const length = reader.size();
  const entries: FrontierEntry[] = [];
  for (let i = 0; i < length; i += 1) {
    entries.push({
      source: reader.text(),
      topic: reader.int32(),
      epoch: reader.uint32(),
      partition: reader.uint32(),
      nextOffset: reader.double(),
    });
  }
  return entries;
}
