import { expect, test } from 'vitest';
import { readConfig, showSettings } from '../../runtime/config/index.ts';

test('settings are shown as an author would write them, without any secret', () => {
  const { settings } = readConfig(
    {
      kafka: {
        brokers: ['a:1'],
        ssl: { ca: 'ca.pem', cert: 'client.pem', key: '-----BEGIN hush-1', passphrase: 'hush-2' },
        sasl: { mechanism: 'plain', username: 'u', password: 'hush-3' },
      },
      history: { url: 'postgres://u:hush-4@h/d?sslpassword=hush-5', retention: { flights: '36h' } },
      redis: { url: 'redis://:hush-6@h:6379/0' },
      serve: { token: 'hush-7', bodyLimit: '1536KB' },
    },
    { root: '/project', file: 'skewless.config.ts', environment: {}, hostname: 'box' },
  );
  const shown = showSettings(settings);
  expect(JSON.stringify(shown)).not.toContain('hush');
  expect(shown).toMatchObject({
    kafka: {
      ssl: { ca: ['/project/ca.pem'], cert: '/project/client.pem', key: '***', passphrase: '***' },
      sasl: { username: 'u', password: '***' },
      endsEvery: '5s',
    },
    history: { url: 'postgres://u:***@h/d?sslpassword=***', retention: { flights: '36h' } },
    redis: { url: 'redis://:***@h:6379/0', ttl: '150s' },
    serve: { token: '***', bodyLimit: '1536KB', maxKeys: 1000 },
  });
});
