import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { historyFrontier } from '../../runtime/history/index.ts';
import type { AnyDatabase } from '../../runtime/history/session.ts';
import { SourceError } from '../../runtime/sources/source.ts';
import { run, start } from '../cli/support.ts';
import type { Started } from '../cli/support.ts';
import { authority } from '../support/certificates.ts';
import { testDatabase } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { view } from './service/views-project.ts';
import { LOGIN_HOLDS, startSecuredKafka } from './support/kafka-secured.ts';
import type { SecuredKafka } from './support/kafka-secured.ts';
import { read, unique, until } from './support/kafka-reading.ts';
import type { Reading, ReadingOptions } from './support/kafka-reading.ts';
import { freePort } from './support/ports.ts';
import { linesWith, said } from './support/said.ts';
import type { SaidLine } from './support/said.ts';
import { securedProject } from './support/secured-project.ts';
import type { SecuredProject } from './support/secured-project.ts';

let kafka: SecuredKafka;
let topic: string;
const open: Reading[] = [];

beforeAll(async () => {
  kafka = await startSecuredKafka();
  topic = unique('secured');
  await kafka.createTopic(topic);
  await send('first');
});

afterAll(async () => {
  await Promise.all(open.map(reading => reading.close()));
  await kafka?.close();
});

function reading(brokers: readonly string[], options: ReadingOptions): Reading {
  const started = read(brokers, topic, options);
  open.push(started);
  return started;
}

async function send(value: string, to = topic): Promise<void> {
  const producer = kafka.client().producer();
  await producer.connect();
  await producer.send({ topic: to, messages: [{ value }] });
  await producer.disconnect();
}

type Ssl = Exclude<ReadingOptions['ssl'], boolean | undefined>;

/** TLS that trusts the broker. */
const tls = (more: Ssl = {}): { ssl: Ssl } => ({ ssl: { ca: kafka.authority.cert, ...more } });

const login = (
  mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512',
  more: Partial<SecuredKafka['user']> = {},
): Pick<ReadingOptions, 'sasl'> => ({
  sasl: { mechanism, ...kafka.user, ...more } as ReadingOptions['sasl'],
});

describe('records come', () => {
  test.each<[string, () => Reading]>([
    ['over TLS', () => reading(kafka.at.tls, tls())],
    ['over mutual TLS', () => reading(kafka.at.mutual, tls(kafka.certified))],
    ['by PLAIN', () => reading(kafka.at.login, { ...tls(), ...login('plain') })],
    ['by SCRAM-SHA-256', () => reading(kafka.at.login, { ...tls(), ...login('scram-sha-256') })],
    ['by SCRAM-SHA-512', () => reading(kafka.at.login, { ...tls(), ...login('scram-sha-512') })],
    [
      'by SCRAM-SHA-512 over mutual TLS',
      () => reading(kafka.at.both, { ...tls(kafka.certified), ...login('scram-sha-512') }),
    ],
  ])('%s', async (_, start) => {
    const started = start();
    await until('it has come', () => started.records.length > 0 || started.error !== undefined);
    expect(started.error).toBeUndefined();
    expect(started.texts()[0]).toBe('first');
    await started.close();
  });
});

test('what the source is given stays as it is: the archiver’s thread gets the same', async () => {
  const { sasl } = login('plain');
  const given = structuredClone(sasl);
  const started = reading(kafka.at.login, { ...tls(), ...(sasl === undefined ? {} : { sasl }) });
  await until('it has come', () => started.records.length > 0);
  expect(sasl).toEqual(given);
});

describe('what keeps a client out ends it, with what is wrong and the key to look at', () => {
  const others = authority('another authority');

  test.each<[string, () => Reading, RegExp]>([
    [
      'a wrong password by PLAIN',
      () => reading(kafka.at.login, { ...tls(), ...login('plain', { password: 'wrong' }) }),
      /the user 'alice' cannot log in: look at kafka\.sasl\.username, kafka\.sasl\.password.*Invalid username or password/,
    ],
    [
      'a wrong password by SCRAM',
      () => reading(kafka.at.login, { ...tls(), ...login('scram-sha-512', { password: 'wrong' }) }),
      /the user 'alice' cannot log in: look at kafka\.sasl\.username, kafka\.sasl\.password.*invalid credentials/,
    ],
    [
      'a user that is not there',
      () => reading(kafka.at.login, { ...tls(), ...login('scram-sha-256', { username: 'bob' }) }),
      /the user 'bob' cannot log in: look at kafka\.sasl\.username/,
    ],
    [
      'no login where one is wanted',
      () => reading(kafka.at.login, tls()),
      /^127\.0\.0\.1:\d+ wants a login: set kafka\.sasl$/,
    ],
    [
      'a login where none is taken',
      () => reading(kafka.at.tls, { ...tls(), ...login('plain') }),
      /this port of the broker takes no login: leave kafka\.sasl out, or name a port that does in kafka\.brokers/,
    ],
    [
      'a broker whose authority is not trusted',
      () => reading(kafka.at.tls, { ssl: { ca: others.cert } }),
      /the broker's certificate is signed by nobody that is trusted here: set kafka\.ssl\.ca .*127\.0\.0\.1:\d+: unable to verify/,
    ],
    [
      'a broker reached by a name that its certificate is not for',
      () => reading([kafka.at.tls[0]!.replace('127.0.0.1', 'localhost')], tls()),
      /not for the address.*kafka\.brokers.*advertised\.listeners.*kafka\.ssl\.servername.*localhost/,
    ],
    [
      'no certificate of the client',
      () => reading(kafka.at.mutual, tls()),
      /wants a certificate of this client: set kafka\.ssl\.cert and kafka\.ssl\.key/,
    ],
    [
      'no certificate of the client, by TLS 1.2',
      () => reading(kafka.at.mutual, tls({ maxVersion: 'TLSv1.2' })),
      /wants a certificate of this client: set kafka\.ssl\.cert and kafka\.ssl\.key/,
    ],
    [
      'a certificate of the client that the broker does not trust',
      () => reading(kafka.at.mutual, tls(others.issue({ name: 'stranger' }))),
      /does not take this client's certificate: in kafka\.ssl\.cert and kafka\.ssl\.key it wants one/,
    ],
    [
      'plain text to a port that speaks TLS',
      () => reading(kafka.at.tls, {}),
      /^127\.0\.0\.1:\d+ speaks TLS, and kafka\.ssl is not set: set it to true, or to \{ ca, … \}$/,
    ],
    [
      'plain text to a port that wants TLS and a certificate',
      () => reading(kafka.at.mutual, {}),
      /^127\.0\.0\.1:\d+ speaks TLS, and kafka\.ssl is not set/,
    ],
    [
      'plain text and no login to a port that wants both',
      () => reading(kafka.at.login, {}),
      /speaks TLS, and kafka\.ssl is not set.*It wants a login, too: set kafka\.sasl$/,
    ],
    [
      'a login in plain text to a port that speaks TLS',
      () => reading(kafka.at.login, login('plain')),
      /speaks TLS, and kafka\.ssl is not set: set it to true, or to \{ ca, … \}$/,
    ],
    [
      'TLS to a port that speaks plain text',
      () => reading(kafka.brokers, tls()),
      /^127\.0\.0\.1:\d+ speaks no TLS, and kafka\.ssl is set: leave it out, or name a port that speaks TLS in kafka\.brokers$/,
    ],
  ])('%s', async (_, start, message) => {
    const refused = start();
    await until('the run has failed', () => refused.error !== undefined, 5_000);
    expect(refused.error).toBeInstanceOf(SourceError);
    const said = (refused.error as SourceError).message;
    expect(said).toMatch(message);
    expect(said).not.toContain(kafka.user.password);
    expect(said).not.toContain('wrong');
    expect(refused.health).toEqual(['connecting', 'stopped']);
  });
});

test('a login is renewed while it reads; one that is refused later is told as that, and tried again', async () => {
  const { log, with: lines } = said();
  const steady = reading(kafka.at.login, {
    ...tls(),
    ...login('scram-sha-512'),
    logger: log,
    retry: { first: 50, most: 200 },
  });
  await until('it reads', () => steady.records.length > 0);
  // kafkajs logs in again 10 s before a login ends.
  await sleep(LOGIN_HOLDS - 10_000 + 300);
  expect(steady.health).toEqual(['connecting', 'running']);

  await kafka.setScramPassword('SCRAM-SHA-512', 'another');
  const refused = 'Kafka refuses what it took before: trying again';
  await until('it is refused', () => lines(refused).length > 0);
  expect(lines(refused)[0]!['reason']).toMatch(/the user 'alice' cannot log in: look at kafka\.sasl\./);
  expect(lines('Kafka is away: trying again')).toEqual([]);

  await kafka.setScramPassword('SCRAM-SHA-512', kafka.user.password);
  await until('it is back', () => lines('Kafka is back').length > 0);
  await send('later');
  await until('it reads on', () => steady.texts().includes('later'));
  expect(steady.error).toBeUndefined();
  expect(lines(refused)).toHaveLength(1);
  expect(steady.texts().filter(text => text === 'first')).toHaveLength(1);
});

describe('the whole service, with certificates from files and secrets from the environment', () => {
  let database: TestDatabase;
  let db: AnyDatabase;
  let project: SecuredProject;
  let service: Started | undefined;
  const views = unique('views');

  beforeAll(async () => {
    database = await testDatabase();
    db = new Kysely({ dialect: new PostgresDialect({ pool: database.pool }) });
    const { user, host, database: name } = database.connection;
    const history = `postgres://${user}@localhost/${name}?host=${encodeURIComponent(host)}`;
    [project] = await Promise.all([securedProject(kafka, views, history), kafka.createTopic(views)]);
  });

  afterAll(async () => {
    service?.process.kill('SIGKILL');
    await db?.destroy();
    project?.remove();
  });

  const running = (): string[] => ['run', '--root', project.root];
  const linesOf = (output: string): SaidLine[] =>
    output
      .split('\n')
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line) as SaidLine);

  test('it serves and archives what comes', async () => {
    const port = await freePort();
    const started = start(running(), { ...project.environment, SKEWLESS_HTTP_PORT: String(port) });
    service = started;
    for (const id of [1, 2]) await send(JSON.stringify(view(id, 7)), views);
    const served = async (): Promise<string> => {
      const answer = await fetch(`http://127.0.0.1:${port}/v1/groups/user_views?user_id=7`).catch(() => null);
      return answer === null ? '' : answer.text();
    };
    const archived = async (): Promise<number | undefined> =>
      (await historyFrontier(db).catch(() => []))[0]?.nextOffset;
    await until('both are served', async () => (await served()).includes('"views_1d":2'), 60_000);
    await until('both are archived', async () => (await archived()) === 2, 60_000);
    started.process.kill('SIGTERM');
    expect(await started.exit).toBe(0);
    expect(linesWith(linesOf(started.stdout()), /Kafka (is away|refuses)/)).toEqual([]);
  });

  test('it ends where its login is refused, and says so without the password', async () => {
    const { code, stdout, stderr } = await run(running(), {
      ...project.environment,
      ...{ SKEWLESS_HTTP_PORT: '0', SKEWLESS_KAFKA_PASSWORD: 'swordfish' },
    });
    expect(code).toBe(1);
    const [line] = linesWith(linesOf(stdout), 'the sources cannot go on, and the service ends');
    expect(JSON.stringify(line)).toMatch(/the user 'alice' cannot log in: look at .*kafka\.sasl\.password/);
    for (const output of [stdout, stderr]) {
      expect(output).not.toContain('swordfish');
      expect(output).not.toContain(project.environment['KEY_PASSPHRASE']);
      expect(output).not.toContain('BEGIN');
    }
  });
});
