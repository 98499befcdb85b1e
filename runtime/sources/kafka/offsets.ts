// Control path. Where logs begin and end, asked of the brokers.
import type { Cluster } from 'kafkajs';

/** The first offset kept, or the next one to be readable: past what open transactions hold back. */
export type LogEdge = 'earliest' | 'latest';

/** By partition. */
export async function edgesOf(
  cluster: Cluster,
  topic: string,
  partitions: readonly number[],
  edge: LogEdge,
): Promise<ReadonlyMap<number, number>> {
  const answers = await cluster.fetchTopicsOffset([
    {
      topic,
      fromBeginning: edge === 'earliest',
      partitions: partitions.map(partition => ({ partition })),
    },
  ]);
  return new Map(
    answers.flatMap(answer =>
      answer.partitions.map(({ partition, offset }): [number, number] => [partition, Number(offset)]),
    ),
  );
}

export async function edgeOf(
  cluster: Cluster,
  topic: string,
  partition: number,
  edge: LogEdge,
): Promise<number> {
  const offset = (await edgesOf(cluster, topic, [partition], edge)).get(partition);
  if (offset === undefined)
    throw new Error(`no broker says where partition ${partition} of '${topic}' begins`);
  return offset;
}
