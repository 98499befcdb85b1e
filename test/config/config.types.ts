// Compiling this file is the test: what an author may write, and what the editor underlines.
import { defineConfig } from '../../runtime/config/index.ts';

defineConfig({
  kafka: { brokers: process.env['KAFKA_BROKERS'] },
  history: { url: process.env['HISTORY_URL'], retention: { flights: '400d' } },
  serve: { tcp: true, http: false, token: process.env['TOKEN'] },
});
defineConfig({ kafka: { brokers: ['a:1', 'b:2'], start: { frontier: 'frontier.json' } } });
defineConfig({
  kafka: {
    brokers: 'a:1',
    ssl: { ca: ['ca.pem', Buffer.from('')], cert: process.env['CERT'], key: process.env['KEY'] },
    sasl: { mechanism: 'plain', username: process.env['USER'], password: process.env['PASSWORD'] },
  },
});

// @ts-expect-error no such key
defineConfig({ srve: {} });
// @ts-expect-error a duration has a unit
defineConfig({ state: { checkpointEvery: '30' } });
// @ts-expect-error a duration is a text
defineConfig({ state: { checkpointEvery: 30 } });
// @ts-expect-error a size is no duration
defineConfig({ state: { ceiling: '30s' } });
// @ts-expect-error one of the levels
defineConfig({ log: { level: 'loud' } });
// @ts-expect-error only a secret or an address may be undefined
defineConfig({ state: { directory: process.env['STATE'] } });
