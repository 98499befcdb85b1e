import { expect, test } from 'vitest';
import { shopLog } from '../../bench/shop-log.ts';
import { createClient } from '../../generated/client/index.ts';
import { serving } from '../../generated/serving.ts';
import { program } from '../../generated/stream/index.ts';
import { Engine, inProcess } from '../../runtime/index.ts';
import { startService } from './support/service.ts';
import type { EchoAnswerer } from './support/service.ts';

test('over TCP the typed client has what it has in process, bit for bit', async () => {
  const log = shopLog(3, 3000, 40, 1);
  const engine = new Engine(program);
  log.bytes.forEach((value, offset) =>
    engine.ingest({
      source: 'user_events',
      partition: offset % 3,
      offset,
      arrivedAt: log.arrivals[offset]!,
      value,
    }),
  );
  const end = log.arrivals.at(-1)!;
  const frontier = engine.frontier();
  const answerer = {
    frontier: () => frontier,
    answer: ({ kind, name, keys, at = end }: Parameters<EchoAnswerer['answer']>[0]) => ({
      at,
      frontier,
      values: keys.map(key =>
        kind === 'group'
          ? engine.readGroup(name, key as { user_id: number }, at)
          : engine.readVector(name, key as { user_id: number }, at),
      ),
    }),
  };
  const service = await startService({ plan: serving, answerer });
  const [near, far] = [inProcess({ ...bound(engine) }, () => end), service.client()].map(transport =>
    createClient(transport, { instants: 'us' }),
  );
  for (const at of [end, end - 1_800_000_000]) {
    const reads = log.events.slice(0, 200).map(({ user_id, session_id, item_id, category }) => async () => {
      const both = await Promise.all(
        [near!, far!].map(client =>
          Promise.all([
            client.userBehavior.read({ user_id }, { at }),
            client.userActivity.read({ user_id }, { at }),
            client.userPurchases.read({ user_id }, { at }),
            client.sessionEngagement.read({ session_id, user_id }, { at }),
            client.itemPopularity.read({ item_id, category: category ?? 'none' }, { at }),
            client.churnRisk.read({ user_id }, { at }),
            client.purchasePropensity.read({ session_id }, { at }),
          ]),
        ),
      );
      expect(both[1]).toStrictEqual(both[0]);
    });
    await Promise.all(reads.map(read => read()));
  }
  await service.stop();
});

function bound(engine: Engine): Pick<Engine, 'readGroup' | 'readVector' | 'frontier'> {
  return {
    readGroup: engine.readGroup.bind(engine),
    readVector: engine.readVector.bind(engine),
    frontier: engine.frontier.bind(engine),
  };
}
