import { createPrivateKey } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryProject } from '../../support/temporary-project.ts';
import type { TemporaryProject } from '../../support/temporary-project.ts';
import { viewsFeatures } from '../service/views-project.ts';
import type { SecuredKafka } from './kafka-secured.ts';

const PASSPHRASE = 'opens the key';

/** A project as a team deploys it: certificates in files, secrets in variables. */
export interface SecuredProject extends TemporaryProject {
  readonly environment: Readonly<Record<string, string>>;
}

const config = `import { defineConfig } from 'skewless/config';

export default defineConfig({
  kafka: {
    brokers: process.env['BROKERS'],
    groupId: 'secured',
    ssl: {
      ca: 'certs/ca.pem',
      cert: 'certs/client.pem',
      key: 'certs/client.key',
      passphrase: process.env['KEY_PASSPHRASE'],
    },
    sasl: {
      mechanism: 'scram-sha-256',
      username: process.env['KAFKA_USER'],
      password: process.env['KAFKA_PASSWORD'],
    },
  },
  history: { url: process.env['HISTORY'], batchEvery: '50ms' },
});
`;

export async function securedProject(
  { at, authority, certified, user }: SecuredKafka,
  topic: string,
  history: string,
): Promise<SecuredProject> {
  const project = await temporaryProject({ 'views.ts': viewsFeatures(topic, ['page', 'item']) });
  const locked = createPrivateKey(certified.key).export({
    ...{ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: PASSPHRASE },
  });
  const files = {
    'skewless.config.ts': config,
    'certs/ca.pem': authority.cert,
    'certs/client.pem': certified.cert,
    'certs/client.key': locked,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project.root, path)), { recursive: true });
    writeFileSync(join(project.root, path), text);
  }
  const environment = {
    ...{ BROKERS: at.both.join(','), HISTORY: history, KEY_PASSPHRASE: PASSPHRASE },
    ...{ KAFKA_USER: user.username, KAFKA_PASSWORD: user.password },
  };
  return { ...project, environment };
}
